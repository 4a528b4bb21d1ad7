//! What is wrong with a `-F` or `-C`, in auditctl's words.

/// Why a condition was refused. `Display` is not enough: some texts quote the whole condition, some its field.
#[derive(Clone, Debug, Eq, PartialEq)]
#[allow(missing_docs, reason = "the texts below say it")]
pub enum FieldError {
    OperatorMissing,
    UnknownField,
    ArchMisplaced,
    ArchUnknown,
    ExitOnly,
    UnknownMessageType,
    MessageTypeList,
    TextTooLong,
    ExcludeFields,
    OnlyEquality,
    PermLetters,
    UnknownErrno,
    UnknownFileType,
    KeyNeedsRule,
    ValueMissing,
    NotANumber,
    FieldMissing,
    CompareFieldMissing,
    CompareValueMissing,
    CompareUnknownField,
    CompareUnknownValue,
    TooManyFields,
    OnlyEqual,
    NotSupported,
    SessionList,
    Incompatible,
    WrongList,
    ListNotSupported,
    UnknownFileSystem,
    ValueTooLarge,
    PermSyscalls,
    UnknownUser(String),
    UnknownGroup(String),
}

/// A part of a condition.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Part {
    Whole,
    Name,
    Operator,
    Value,
}

/// Where the condition stands in the message.
enum Quote {
    No,
    Before,
    After,
}

impl FieldError {
    /// The message about `quoted`: the field's name, or the whole condition if it could not be taken apart.
    pub(super) fn message(&self, quoted: &str) -> String {
        let (quote, text) = self.text();
        match (self, quote) {
            (Self::UnknownUser(user), _) => format!("Unknown user: {user}"),
            (Self::UnknownGroup(group), _) => format!("Unknown group: {group}"),
            (_, Quote::No) => text.to_owned(),
            (_, Quote::Before) => format!("{quoted} {text}"),
            (_, Quote::After) => format!("{text} {quoted}"),
        }
    }

    /// The part of the condition that is wrong.
    pub(super) fn part(&self) -> Part {
        match self {
            Self::UnknownField | Self::ExitOnly | Self::MessageTypeList | Self::ExcludeFields => Part::Name,
            Self::NotSupported | Self::SessionList | Self::WrongList | Self::CompareUnknownField => Part::Name,
            Self::ListNotSupported => Part::Name,
            Self::OnlyEquality | Self::OnlyEqual => Part::Operator,
            Self::ArchUnknown | Self::UnknownMessageType | Self::TextTooLong | Self::PermLetters => Part::Value,
            Self::UnknownErrno | Self::UnknownFileType | Self::NotANumber | Self::UnknownFileSystem => Part::Value,
            Self::CompareUnknownValue | Self::ValueTooLarge | Self::PermSyscalls => Part::Value,
            Self::UnknownUser(_) | Self::UnknownGroup(_) => Part::Value,
            _ => Part::Whole,
        }
    }

    /// auditctl's texts, which users and scanners know.
    fn text(&self) -> (Quote, &'static str) {
        use Quote::{After, Before, No};
        match self {
            Self::OperatorMissing => (After, "-F missing operation for"),
            Self::UnknownField => (After, "-F unknown field:"),
            Self::ArchMisplaced => (Before, "must be before -S"),
            Self::ArchUnknown => (Before, "elf mapping not found"),
            Self::ExitOnly => (Before, "can only be used with exit filter list"),
            Self::UnknownMessageType => (After, "-F unknown message type -"),
            Self::MessageTypeList => (No, "msgtype field can only be used with exclude or user filter list"),
            Self::TextTooLong => (No, "String value too long"),
            Self::ExcludeFields => {
                (No, "Only msgtype, *uid, *gid, pid, and subj* fields can be used with exclude filter")
            }
            Self::OnlyEquality => (Before, "only takes = or != operators"),
            Self::PermLetters => (No, "Permission can only contain  'rwxa'"),
            Self::UnknownErrno => (After, "-F unknown errno -"),
            Self::UnknownFileType => (After, "-F unknown file type - "),
            Self::KeyNeedsRule => (No, "Key field needs a watch, syscall or exe path given prior to it"),
            Self::ValueMissing => (After, "-F missing value after operation for"),
            Self::NotANumber => (After, "-F value should be number for"),
            Self::FieldMissing => (After, "-F missing field name before operator for"),
            Self::CompareFieldMissing => (After, "-C missing field name before operator for"),
            Self::CompareValueMissing => (After, "-C missing value after operation for "),
            Self::CompareUnknownField => (After, "-C unknown field:"),
            Self::CompareUnknownValue => (After, "-C unknown right hand value for comparison with:"),
            Self::TooManyFields => (After, "Too many fields in rule:"),
            Self::OnlyEqual => (Before, "only takes = operator"),
            Self::NotSupported => (After, "Field option not supported by kernel:"),
            Self::SessionList => (Before, "must be used with exclude, user, or exit filter"),
            Self::Incompatible => (After, "-C incompatible comparison"),
            Self::WrongList => (Before, "field is not valid for the filter"),
            Self::ListNotSupported => (Before, "filter is not supported by the kernel"),
            Self::UnknownFileSystem => (After, "file system type is unknown for field:"),
            Self::ValueTooLarge => (After, "value is too large for field:"),
            Self::PermSyscalls => (No, "Error adding syscalls for perm filtering"),
            Self::UnknownUser(_) | Self::UnknownGroup(_) => (No, ""),
        }
    }
}
