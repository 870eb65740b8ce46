//! An outcome says how a dialog stands after it was given a key.

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<A> {
    /// The question stands.
    Open,
    Cancelled,
    Accepted(A),
}

impl<A> Outcome<A> {
    pub fn map<B>(self, into: impl FnOnce(A) -> B) -> Outcome<B> {
        match self {
            Outcome::Open => Outcome::Open,
            Outcome::Cancelled => Outcome::Cancelled,
            Outcome::Accepted(answer) => Outcome::Accepted(into(answer)),
        }
    }
}
