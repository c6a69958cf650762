//! Where a database is.

/// Where a database is, and how it is reached.
#[derive(Clone, Debug)]
pub struct Address {
    /// `postgres://…`, or the path of an SQLite file.
    pub url: String,
    /// PostgreSQL itself, where `url` leads to a pooler that gives each transaction another connection: who listens
    /// needs one of their own.
    pub direct_url: Option<String>,
    /// Whether PostgreSQL keeps statements prepared; some poolers do not know them.
    pub keeps_prepared: bool,
}

impl<T: AsRef<str> + ?Sized> From<&T> for Address {
    fn from(url: &T) -> Self {
        Self { url: url.as_ref().into(), direct_url: None, keeps_prepared: true }
    }
}

impl Address {
    /// Past the pooler, if there is one.
    pub fn direct(&self) -> &str {
        self.direct_url.as_ref().unwrap_or(&self.url)
    }
}
