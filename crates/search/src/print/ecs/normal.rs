//! How auditbeat describes what happened: the words for it, and which fields say who did it to what.

/// The description of a system call or of a type of record.
#[derive(Debug)]
pub(super) struct Normal {
    /// `event.action`; empty for none.
    pub(super) action: &'static str,
    /// `auditd.summary.object.type`; empty for none.
    pub(super) what: &'static str,
    /// Which of the paths is the object, if it is a file.
    pub(super) path: usize,
    /// The fields that name who acts, the first that is there; empty for the login's user.
    pub(super) actor: &'static [&'static str],
    /// As whom; empty for the uid.
    pub(super) actor_second: &'static [&'static str],
    /// What is acted on.
    pub(super) object: &'static [&'static str],
    /// More about it.
    pub(super) object_second: &'static [&'static str],
    /// By which means; empty for the program.
    pub(super) how: &'static [&'static str],
    /// `addr=` is where it comes from.
    pub(super) is_remote: bool,
    /// It holds only of records with this field; empty for no condition.
    pub(super) has: &'static str,
    /// `event.category`
    pub(super) category: &'static [&'static str],
    /// `event.type`
    pub(super) types: &'static [&'static str],
    /// Who is `user` and the like.
    pub(super) users: &'static [(From, To)],
}

/// What of the summary, or of the record, names an account.
#[derive(Clone, Copy, Debug)]
pub(super) enum From {
    /// Who acts.
    Actor,
    /// As whom.
    ActorSecond,
    /// What is acted on.
    Object,
    /// The process's uid.
    Uid,
}

/// Which account it is in ECS.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum To {
    /// `user`
    User,
    /// `user.effective`
    Effective,
    /// `user.target`
    Target,
    /// `group`
    Group,
}

pub(super) const NONE: Normal = Normal {
    action: "",
    what: "",
    path: 0,
    actor: &[],
    actor_second: &[],
    object: &[],
    object_second: &[],
    how: &[],
    is_remote: false,
    has: "",
    category: &[],
    types: &[],
    users: &[],
};

/// A user's session, as programs that let users in report it.
pub(super) const USER_SESSION: Normal = Normal {
    what: "user-session",
    actor: &["auid"],
    actor_second: &["acct", "id", "uid"],
    object: &["terminal"],
    object_second: &["addr", "hostname"],
    how: &["exe", "terminal"],
    ..NONE
};

pub(super) const AUTH: &[&str] = &["authentication"];
pub(super) const CONFIG: &[&str] = &["configuration"];
pub(super) const DRIVER: &[&str] = &["driver"];
pub(super) const FILE: &[&str] = &["file"];
pub(super) const HOST: &[&str] = &["host"];
pub(super) const IAM: &[&str] = &["iam"];
pub(super) const INFO: &[&str] = &["info"];
pub(super) const NETWORK: &[&str] = &["network"];
pub(super) const PROCESS: &[&str] = &["process"];
pub(super) const SESSION: &[&str] = &["session"];

pub(super) const ACTS_AS: &[(From, To)] = &[(From::Actor, To::User), (From::ActorSecond, To::Effective)];
pub(super) const ACTS_AS_ON_USER: &[(From, To)] =
    &[(From::Actor, To::User), (From::ActorSecond, To::Effective), (From::Object, To::Target)];
pub(super) const ACTS_AS_ON_GROUP: &[(From, To)] =
    &[(From::Actor, To::User), (From::ActorSecond, To::Effective), (From::Object, To::Group)];
pub(super) const CHANGES_USER: &[(From, To)] =
    &[(From::Actor, To::User), (From::ActorSecond, To::Target), (From::Uid, To::Effective)];
pub(super) const CHANGES_GROUP: &[(From, To)] =
    &[(From::Actor, To::User), (From::ActorSecond, To::Group), (From::Uid, To::Effective)];
pub(super) const BECOMES: &[(From, To)] = &[(From::Actor, To::User), (From::Object, To::Effective)];
