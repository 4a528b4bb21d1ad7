//! What raudispd tells rauditd of its plugins: lines of text now and then, back over the socket the frames come from.
//!
//! A line for each plugin, `plugin depth=0 deepest=3 delivered=100 dropped=0 restarts=0 runs=1 suspended=0 spilled=0 name=af_unix`, and then
//! one for all, `plugins active=1 depth=0 deepest=3 size=2000 overflowed=0 suspended=0 action=ignore`, which ends them.

use raudit_config::Action;
use std::fmt;

/// The most plugins that are listened to.
const MOST: usize = 4096;

/// How the plugins are.
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
    /// Each of them.
    pub plugins: Vec<OfPlugin>,
}

/// How a plugin is.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct OfPlugin {
    /// Its file's name without `.conf`.
    pub name: String,
    /// Whether its process runs.
    pub runs: bool,
    /// It gets no events until resumed.
    pub suspended: bool,
    /// Events in its queue.
    pub depth: u64,
    /// The most there ever were.
    pub deepest: u64,
    /// Events it was given.
    pub delivered: u64,
    /// Events it was not given, and will not be.
    pub dropped: u64,
    /// How often it was started again.
    pub restarts: u64,
    /// Bytes of events that wait on disk.
    pub spilled: u64,
}

impl fmt::Display for OfPlugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, runs, suspended, depth, deepest, delivered, dropped, restarts, spilled } = self;
        let (runs, suspended) = (u8::from(*runs), u8::from(*suspended));
        write!(f, "plugin depth={depth} deepest={deepest} delivered={delivered} dropped={dropped} ")?;
        write!(f, "restarts={restarts} runs={runs} suspended={suspended} spilled={spilled} name=")?;
        // whatever a file is called, it is one line
        name.chars().try_for_each(|c| write!(f, "{}", if c.is_control() { '?' } else { c }))
    }
}

impl OfPlugin {
    fn parse(line: &str) -> Option<Self> {
        let (numbers, name) = line.trim_end_matches('\n').strip_prefix("plugin ")?.split_once(" name=")?;
        let mut words = numbers.split(' ');
        let mut number = |name: &str| words.next()?.strip_prefix(name)?.strip_prefix('=')?.parse::<u64>().ok();
        Some(Self {
            depth: number("depth")?,
            deepest: number("deepest")?,
            delivered: number("delivered")?,
            dropped: number("dropped")?,
            restarts: number("restarts")?,
            runs: number("runs")? == 1,
            suspended: number("suspended")? == 1,
            spilled: number("spilled")?,
            name: name.into(),
        })
    }
}

/// Puts lines together.
#[derive(Debug, Default)]
pub struct Reader(Vec<OfPlugin>);

impl Reader {
    /// Takes a line; gives the status that it ends. What is none of these lines is passed over.
    pub fn line(&mut self, line: &str) -> Option<Status> {
        if let Some(plugin) = OfPlugin::parse(line) {
            // a status that could not be sent to its end is sent again
            self.0.retain(|known| known.name != plugin.name);
            if self.0.len() < MOST {
                self.0.push(plugin);
            }
            return None;
        }
        let status = Status::parse(line)?;
        Some(Status { plugins: std::mem::take(&mut self.0), ..status })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { active, depth, deepest, size, overflowed, suspended, action, plugins } = self;
        plugins.iter().try_for_each(|plugin| writeln!(f, "{plugin}"))?;
        let (overflowed, suspended) = (u8::from(*overflowed), u8::from(*suspended));
        write!(f, "plugins active={active} depth={depth} deepest={deepest} size={size} ")?;
        write!(f, "overflowed={overflowed} suspended={suspended} action={}", action.word())
    }
}

impl Status {
    /// Reads the line for all; `None` if it is none.
    fn parse(line: &str) -> Option<Self> {
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
            plugins: Vec::new(),
        };
        words.next().is_none().then_some(status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_back_and_nothing_else_is_taken() {
        for action in [Action::Ignore, Action::Single, Action::Halt] {
            let plugin = OfPlugin { delivered: 7, dropped: 8, runs: true, spilled: 9, ..OfPlugin::default() };
            let plugins = ["a", "b  name=c ", ""].map(|name| OfPlugin { name: name.into(), ..plugin.clone() }).to_vec();
            let (overflowed, suspended) = (true, false);
            let status =
                Status { active: 2, depth: 7, deepest: 90, size: 2000, overflowed, suspended, action, plugins };
            let mut reader = Reader::default();
            let found: Vec<_> = format!("{status}\n").split_inclusive('\n').map(|line| reader.line(line)).collect();
            assert_eq!(found, [None, None, None, Some(status)]);
            assert_eq!(reader.0, []);
        }
        for bad in ["", "plugins", "plugins active=x", "plugins depth=1", "rauditd: plugins active=1 depth=0"] {
            assert_eq!(Reader::default().line(bad), None, "{bad}");
        }
        assert_eq!(Status::parse(&format!("{} more=1", Status::default())), None);
        let hostile = OfPlugin { name: "a\nplugins active=0".into(), ..OfPlugin::default() }.to_string();
        assert_eq!(
            (hostile.lines().count(), OfPlugin::parse(&hostile).unwrap().name.as_str()),
            (1, "a?plugins active=0")
        );
        let mut reader = Reader::default();
        (0..10).for_each(|_| drop(reader.line(&hostile)));
        assert_eq!(reader.0.len(), 1, "it was told again");
        let named = |number: usize| OfPlugin { name: number.to_string(), ..OfPlugin::default() }.to_string();
        (0..MOST + 10).for_each(|number| drop(reader.line(&named(number))));
        assert_eq!(reader.0.len(), MOST);
    }
}
