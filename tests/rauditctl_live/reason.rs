use crate::cases::Case;
use crate::outcome::{Aspect, Outcome};

#[derive(Clone, Copy, Debug)]
pub struct Reason(&'static str);
impl Reason {
    pub fn text(self) -> &'static str {
        self.0
    }
    pub fn of(_case: &Case, _them: &Outcome, _us: &Outcome, _d: &[Aspect]) -> Option<Self> {
        None
    }
}
