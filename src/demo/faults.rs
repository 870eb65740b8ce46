//! Scripts faults that can be switched while the server runs, and logs requests.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::Method;

/// What the server does instead of, or besides, answering rightly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// This status with an S3 error body of this code; the request is not performed.
    Answer { status: u16, code: String, headers: Vec<(String, String)> },
    /// 200 with an error body, as Complete and Copy may answer on AWS; the request is not
    /// performed.
    ErrorInside { code: String },
    /// The given body and content type, as something that speaks no S3 would; the request is not
    /// performed.
    Foreign { status: u16, content_type: String, body: String },
    /// The request is performed and its answer lost: the connection closes without one.
    LoseAnswer,
    /// The request is answered as if it were performed, and is not.
    Pretend,
    /// The connection closes at once; the request is not performed.
    Reset,
    /// The answer begins this much later.
    Delay(Duration),
    /// The body ends after this many bytes and the connection closes.
    Cut(u64),
    /// The body stops after this many bytes and the connection stays open.
    Stall(u64),
    /// The byte at this offset of the body is wrong.
    Flip(u64),
    /// `Range` is ignored: the whole object with status 200.
    IgnoreRange,
    /// Conditions of what is written are taken and not looked at.
    IgnoreConditions,
    /// What is asked of tags and locks is taken and dropped, as Ceph's gateway does with a copy
    /// that is described anew and with an upload in parts.
    DropTagsAndLocks,
    /// The body ends after this many bytes as if that were all: no length is told and nothing
    /// breaks. `whole` ignores `Range` besides.
    EndEarly { after: u64, whole: bool },
    /// So many bytes come after the body, and no length is told.
    RunOn(u64),
    /// The body comes at this many bytes per second.
    Trickle(u64),
    /// A header of the answer has this value, or is missing.
    Header { name: String, value: Option<String> },
    /// In an answer of text, `to` stands wherever `from` would.
    Rewrite { from: String, to: String },
}

/// An [`Act`] and the requests it is for. Without conditions every request matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub act: Act,
    operation: Option<String>,
    method: Option<Method>,
    key: Option<String>,
    header: Option<String>,
    skip: u32,
    /// `None` is for ever.
    times: Option<u32>,
}

impl Fault {
    pub fn new(act: Act) -> Fault {
        let times = Some(1);
        Fault { act, operation: None, method: None, key: None, header: None, skip: 0, times }
    }

    pub fn answer(status: u16, code: &str) -> Fault {
        Fault::new(Act::Answer { status, code: code.to_owned(), headers: Vec::new() })
    }

    /// Answers 503, as AWS throttles.
    pub fn slow_down() -> Fault {
        Fault::answer(503, "SlowDown")
    }

    /// Answers 429, as R2 throttles.
    pub fn too_many_requests() -> Fault {
        Fault::answer(429, "TooManyRequests")
    }

    /// A header of the answer is missing.
    pub fn without(name: &str) -> Fault {
        Fault::new(Act::Header { name: name.to_owned(), value: None })
    }

    /// A header of the answer has another value.
    pub fn with(name: &str, value: &str) -> Fault {
        Fault::new(Act::Header { name: name.to_owned(), value: Some(value.to_owned()) })
    }

    /// One more header of the answer. Without effect on other acts.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Fault {
        if let Act::Answer { headers, .. } = &mut self.act {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// Only requests of this name: `UploadPart`, `ListObjectsV2`.
    #[must_use]
    pub fn on(mut self, operation: &str) -> Fault {
        self.operation = Some(operation.to_owned());
        self
    }

    #[must_use]
    pub fn method(mut self, method: Method) -> Fault {
        self.method = Some(method);
        self
    }

    /// Only requests whose `bucket/key` contains this.
    #[must_use]
    pub fn key(mut self, part: &str) -> Fault {
        self.key = Some(part.to_owned());
        self
    }

    /// Only requests that have this header, whose name is given in lower case.
    #[must_use]
    pub fn having(mut self, header: &str) -> Fault {
        self.header = Some(header.to_owned());
        self
    }

    /// The first so many matching requests are spared.
    #[must_use]
    pub fn after(mut self, spared: u32) -> Fault {
        self.skip = spared;
        self
    }

    #[must_use]
    pub fn times(mut self, times: u32) -> Fault {
        self.times = Some(times);
        self
    }

    #[must_use]
    pub fn forever(mut self) -> Fault {
        self.times = None;
        self
    }

    fn matches(&self, request: &RecordedRequest) -> bool {
        self.operation.as_ref().is_none_or(|name| *name == request.operation)
            && self.method.as_ref().is_none_or(|method| *method == request.method)
            && self.key.as_ref().is_none_or(|part| request.place().contains(part.as_str()))
            && self.header.as_ref().is_none_or(|name| request.header(name).is_some())
    }

    /// Whether the fault strikes this matching request.
    fn strike(&mut self) -> bool {
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        match &mut self.times {
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
            None => true,
        }
    }
}

/// One request that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedRequest {
    pub method: Method,
    pub operation: String,
    pub bucket: String,
    pub key: String,
    pub query: String,
    /// Names in lower case, in the order they came. `authorization` is left out.
    pub headers: Vec<(String, String)>,
    /// `None` until it was answered.
    pub status: Option<u16>,
}

impl RecordedRequest {
    fn place(&self) -> String {
        format!("{}/{}", self.bucket, self.key)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }
}

/// Network conditions that hold until they are changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NetworkConditions {
    /// Every answer begins this much later.
    pub latency: Duration,
    /// Bytes per second of one body, in either direction.
    pub bandwidth: Option<u64>,
    /// Seconds the server's clock is ahead; negative when it is behind.
    pub clock_offset: i64,
}

/// The newest requests kept; older ones are forgotten.
const LOG_LENGTH: usize = 100_000;

/// The script and the log. Shared by the server and the test; every call takes effect with the next
/// request.
#[derive(Debug, Default)]
pub struct Faults {
    script: Mutex<Script>,
}

#[derive(Debug, Default)]
struct Script {
    faults: Vec<Fault>,
    conditions: NetworkConditions,
    log: VecDeque<RecordedRequest>,
    forgotten: usize,
}

impl Faults {
    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds to the script. Of several faults that match, the first added that is not used up
    /// strikes.
    pub fn add(&self, fault: Fault) {
        self.script().faults.push(fault);
    }

    /// Removes every fault and network condition; the log stays.
    pub fn clear(&self) {
        let mut script = self.script();
        script.faults.clear();
        script.conditions = NetworkConditions::default();
    }

    pub fn set_conditions(&self, conditions: NetworkConditions) {
        self.script().conditions = conditions;
    }

    pub fn conditions(&self) -> NetworkConditions {
        self.script().conditions
    }

    /// Everything asked so far, oldest first.
    pub fn log(&self) -> Vec<RecordedRequest> {
        self.script().log.iter().cloned().collect()
    }

    pub fn clear_log(&self) {
        let mut script = self.script();
        script.forgotten += script.log.len();
        script.log.clear();
    }

    /// How many requests of this name are in the log.
    pub fn count(&self, operation: &str) -> usize {
        self.script().log.iter().filter(|asked| asked.operation == operation).count()
    }

    /// Notes a request and gives its ticket for [`Faults::answered`] and the act that strikes it.
    pub(in crate::demo) fn arrive(&self, asked: RecordedRequest) -> (usize, Option<Act>) {
        let mut script = self.script();
        let struck = script
            .faults
            .iter_mut()
            .find_map(|fault| (fault.matches(&asked) && fault.strike()).then(|| fault.act.clone()));
        if script.log.len() == LOG_LENGTH {
            script.log.pop_front();
            script.forgotten += 1;
        }
        script.log.push_back(asked);
        (script.forgotten + script.log.len() - 1, struck)
    }

    pub(in crate::demo) fn answered(&self, ticket: usize, status: u16) {
        let mut script = self.script();
        let Some(place) = ticket.checked_sub(script.forgotten) else { return };
        if let Some(asked) = script.log.get_mut(place) {
            asked.status = Some(status);
        }
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::{Act, Fault, Faults, RecordedRequest};

    fn asked(operation: &str, key: &str) -> RecordedRequest {
        RecordedRequest {
            method: Method::GET,
            operation: operation.to_owned(),
            bucket: "b".to_owned(),
            key: key.to_owned(),
            query: String::new(),
            headers: Vec::new(),
            status: None,
        }
    }

    #[test]
    fn a_fault_strikes_only_its_requests_and_only_so_often() {
        let faults = Faults::default();
        faults.add(Fault::slow_down().on("GetObject").key("b/re").after(1).times(2));
        let struck = |key: &str| faults.arrive(asked("GetObject", key)).1.is_some();
        assert!(!struck("other"));
        assert_eq!(
            [struck("re"), struck("re"), struck("red"), struck("re")],
            [false, true, true, false]
        );
        assert!(faults.arrive(asked("HeadObject", "re")).1.is_none());
    }

    #[test]
    fn the_log_tells_how_each_request_was_answered() {
        let faults = Faults::default();
        faults.add(Fault::new(Act::Reset).forever());
        faults.arrive(asked("GetObject", "early"));
        faults.clear_log();
        let (ticket, act) = faults.arrive(asked("HeadObject", "k"));
        faults.answered(ticket, 404);
        assert_eq!(act, Some(Act::Reset));
        assert_eq!(faults.log()[0].status, Some(404));
        assert_eq!(faults.count("GetObject"), 0);
    }
}
