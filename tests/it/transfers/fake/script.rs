//! What a script is shown of a request, and what it can make of it.

use std::time::Duration;

use windlass::domain::error::Error;
use windlass::domain::object::ByteRange;

/// One request, as a script sees it.
pub struct Call<'a> {
    /// From 1, over all requests.
    pub number: usize,
    pub operation: &'static str,
    pub key: &'a str,
    pub range: Option<ByteRange>,
}

/// What a script makes of a request.
pub enum Fault {
    Fail(Error),
    /// The request is done and its answer is lost.
    LoseAnswer,
    /// No answer ever.
    Hang,
    /// The body ends after so many bytes: with an error, or as if it were whole.
    Cut {
        after: usize,
        silently: bool,
    },
    /// The body stays open after so many bytes, and none comes any more.
    HangAfter(usize),
    /// The object is replaced before the request is answered.
    Replace(Vec<u8>),
    /// The whole object comes, whatever range was asked.
    IgnoreRange,
    /// A page begins with the last key of the page before, and names one of its own twice.
    Repeat,
    /// The page says that the next one begins behind this key.
    GoOnAt(&'static str),
    /// One bit of the body is another.
    FlipBit,
    /// The request is done after so long.
    Slow(Duration),
    /// As `Slow`, and then this is called.
    SlowThen(Duration, Box<dyn FnOnce() + Send>),
}
