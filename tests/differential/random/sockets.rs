//! Socket addresses, sound and not.

use super::dice::Dice;
use super::world;

/// The bytes of an address.
pub fn address(dice: &mut Dice, root: &[u8]) -> Vec<u8> {
    let port = (20_000 + dice.below(4) as u16).to_be_bytes();
    match dice.below(10) {
        0..2 => [&[2, 0], &port[..], &[127, 0, 0, 1], &[0; 8]].concat(),
        2 => [&[2, 0], &port[..], &[192, 0, 2, 1], &[0; 8]].concat(),
        3 => [&[10, 0], &port[..], &[0; 4], &[0; 15], &[1], &[0; 4]].concat(),
        4..7 => {
            let mut name = if dice.one_in(2) { b"socket".to_vec() } else { world::name(dice, root) };
            name.truncate(108);
            [&[1, 0], name.as_slice(), &[0]].concat()
        }
        7 => b"\x01\x00\x00abstract".to_vec(),
        8 => [&[16, 0], &[0; 10][..]].concat(),
        _ => (0..dice.below(140)).map(|_| dice.next() as u8).collect(),
    }
}

/// Its length, as told.
pub fn length(dice: &mut Dice, len: usize) -> usize {
    if dice.one_in(8) { *dice.pick(&[0, 1, 2, 3, 15, 128, 129, usize::MAX]) } else { len }
}
