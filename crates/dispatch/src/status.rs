//! What raudispd tells rauditd of its plugins: a line of text now and then, back over the socket the frames come from.

use raudit_config::Action;
use std::fmt;

/// How the plugins are. Its line is `plugins active=1 depth=0 deepest=3 size=2000 overflowed=0 suspended=0 action=ignore`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Status {
    /// How many there are.
    pub active: u64,
    /// Events in the longest queue.
    pub depth: u64,
    /// The most events there ever were in a queue.
    pub deepest: u64,
    /// `q_depth`.
    pub size: u64,
    /// An event found no room, ever.
    pub overflowed: bool,
    /// A plugin gets no events until resumed.
    pub suspended: bool,
    /// `overflow_action` if it is due, and not raudispd's to take: `single` or `halt`.
    pub action: Action,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { active, depth, deepest, size, overflowed, suspended, action } = self;
        let (overflowed, suspended) = (u8::from(*overflowed), u8::from(*suspended));
        write!(f, "plugins active={active} depth={depth} deepest={deepest} size={size} ")?;
        write!(f, "overflowed={overflowed} suspended={suspended} action={}", action.word())
    }
}

impl Status {
    /// Reads a line; `None` if it is none of these.
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.trim_end().strip_prefix("plugins ")?.split(' ');
        let mut value = |name: &str| words.next()?.strip_prefix(name)?.strip_prefix('=');
        let number = |text: &str| text.parse::<u64>().ok();
        let status = Self {
            active: number(value("active")?)?,
            depth: number(value("depth")?)?,
            deepest: number(value("deepest")?)?,
            size: number(value("size")?)?,
            overflowed: value("overflowed")? == "1",
            suspended: value("suspended")? == "1",
            action: match value("action")? {
                "single" => Action::Single,
                "halt" => Action::Halt,
                _ => Action::Ignore,
            },
        };
        words.next().is_none().then_some(status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_back_and_nothing_else_is_taken() {
        for action in [Action::Ignore, Action::Single, Action::Halt] {
            let status =
                Status { active: 2, depth: 7, deepest: 90, size: 2000, overflowed: true, suspended: false, action };
            assert_eq!(Status::parse(&format!("{status}\n")), Some(status));
        }
        for bad in ["", "plugins", "plugins active=x", "plugins depth=1", "rauditd: plugins active=1 depth=0"] {
            assert_eq!(Status::parse(bad), None, "{bad}");
        }
        assert_eq!(Status::parse(&format!("{} more=1", Status::default())), None);
    }
}
