//! What a person is asked about secrets.

/// A secret that the configuration declares and nobody has given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecretQuestion {
    /// The environment that wants it.
    pub environment: String,
    /// The variable that the hooks find it in.
    pub name: String,
    /// What it is for, if the configuration says so.
    pub description: Option<String>,
    /// A page that tells how to get one, if the configuration names it.
    pub documentation_url: Option<String>,
    /// Whether there is a keychain to keep it in.
    pub can_be_kept: bool,
}

/// What a person answered.
#[derive(Clone, PartialEq, Eq)]
pub enum SecretAnswer {
    /// The value.
    Value(String),
    /// The value, which is to be kept in the keychain for this environment, and given to its hooks from there in future.
    Keep(String),
    /// Go on without it.
    Without,
    /// Nobody is there to ask.
    Nobody,
}
