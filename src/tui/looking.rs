//! Answers what is asked of the inside of objects, on threads that may wait.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use crate::app::event::Answer;
use crate::domain::address::ConnectionName;
use crate::domain::error::Error;
use crate::domain::object::{ObjectAddress, ObjectHead};
use crate::domain::object_view::{
    LookRequest, LookStep, SearchForm, Seen, SeenPart, TextPlace, ViewBody, ViewForm,
};
use crate::domain::ranges::Ranges;
use crate::look::error::{LookError, Looked};
use crate::look::inside::{Inside, MOST_UNPACKED, inside};
use crate::look::object_bytes::ObjectBytes;
use crate::look::opening::FIRST;
use crate::look::packed_bytes::{PackedBytes, PackedLook};
use crate::look::view::{table, view};
use crate::look::windows::{bytes_window, search, text_window, window_of_line};
use crate::s3::client::Client;
use crate::tui::unpacking::unpack;

/// Objects whose bytes are kept while one looks around in them.
const KEPT: usize = 2;

/// Bytes that one step may fetch, unless it goes through all of an object.
const MOST: u64 = 64 << 20;

/// Bytes that are fetched because a cursor rests on an object.
const GLANCE: u64 = 4 << 20;

/// Pixels that a picture is made of where it is painted by half blocks, of which a pane of
/// 240 × 80 cells shows no more; and where the terminal shows it in its own pixels.
const BLOCKS: u64 = 240 * 160;
const PIXELS: u64 = 1920 * 1080;

/// Bytes that are unpacked at first.
const UNPACKED: u64 = 1 << 20;

/// The objects that were looked into last. A clone shares them.
#[derive(Clone)]
pub struct Looks {
    opened: Arc<Mutex<VecDeque<Opened>>>,
    /// Pixels that a picture is made of at most.
    pixels: u64,
}

#[derive(Clone)]
struct Opened {
    connection: ConnectionName,
    object: ObjectAddress,
    head: ObjectHead,
    source: Arc<ObjectBytes>,
    /// What the bytes come by for the question that is answered.
    ranges: Arc<dyn Ranges>,
    flow: Arc<Mutex<Option<Flow>>>,
}

/// The member that was looked into last, and what is unpacked of it; `None` where it is not packed.
type Flow = (Option<String>, Option<Arc<PackedBytes>>);

impl Default for Looks {
    fn default() -> Looks {
        Looks::new(false)
    }
}

impl Looks {
    /// `pictures` where the terminal shows pictures in its own pixels.
    pub fn new(pictures: bool) -> Looks {
        Looks { opened: Arc::default(), pixels: if pictures { PIXELS } else { BLOCKS } }
    }

    fn get(&self, connection: &ConnectionName, object: &ObjectAddress) -> Option<Opened> {
        let kept = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let is = |each: &&Opened| each.connection == *connection && each.object == *object;
        kept.iter().find(is).cloned()
    }

    fn put(&self, opened: Opened) {
        let mut kept = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|each| each.connection != opened.connection || each.object != opened.object);
        kept.truncate(KEPT - 1);
        kept.push_front(opened);
    }
}

/// Answers one question. Dropped, it stops: the thread that reads is told so at its next read.
pub async fn look(
    client: &Client,
    looks: &Looks,
    connection: &ConnectionName,
    look: LookRequest,
    tell: impl Fn(Answer) + Send + 'static,
) -> Result<Answer, Error> {
    let stop = CancellationToken::new();
    let _stopped_when_dropped = stop.clone().drop_guard();
    let opened = open(client, looks, connection, &look, stop).await?;
    let place = look.object.to_string();
    let pixels = looks.pixels;
    let seen = spawn_blocking(move || {
        let tell = |passed| {
            let traffic = opened.source.fetched();
            tell(Answer::Seen(Seen { what: SeenPart::Passed(passed), traffic }));
        };
        let what = match (&look.wanted, &look.member) {
            (LookStep::Unpack(folder), Some(member)) => {
                let (path, bytes) = unpack(&opened.source, member, folder, &place, &tell)?;
                SeenPart::Unpacked(path, bytes)
            }
            _ => answer(&opened, &look, pixels, &tell).map_err(|error| error.into_error(&place))?,
        };
        Ok(Answer::Seen(Seen { what, traffic: opened.source.fetched() }))
    });
    seen.await?
}

/// What was looked into before is read on as it was then; what is opened anew is as it is now.
async fn open(
    client: &Client,
    looks: &Looks,
    connection: &ConnectionName,
    look: &LookRequest,
    stop: CancellationToken,
) -> Result<Opened, Error> {
    let anew = match look.wanted {
        LookStep::Open { form, .. } => form == ViewForm::Best && look.member.is_none(),
        LookStep::Tail => true,
        _ => false,
    };
    if let Some(opened) = looks.get(connection, &look.object).filter(|_| !anew) {
        let ranges = client.ranges_of(&look.object, opened.head.clone(), stop)?;
        let ranges: Arc<dyn Ranges> = Arc::new(ranges);
        let all = matches!(
            look.wanted,
            LookStep::Search { .. } | LookStep::Text(TextPlace::Line(_)) | LookStep::Unpack(_)
        );
        let most = if all { u64::MAX } else { opened.source.fetched().bytes + MOST };
        let source = Arc::new(opened.source.by(ranges.clone(), most));
        return Ok(Opened { source, ranges, ..opened });
    }
    let (ranges, start) = client.ranges_from(&look.object, FIRST as u64, stop).await?;
    let head = ranges.head().clone();
    let glance = matches!(look.wanted, LookStep::Open { glance: true, .. });
    let most = if glance { GLANCE } else { MOST };
    let ranges: Arc<dyn Ranges> = Arc::new(ranges);
    let source = Arc::new(ObjectBytes::new(ranges.clone(), most));
    source.keep(0, start);
    let (connection, object) = (connection.clone(), look.object.clone());
    let flow = Arc::default();
    let opened = Opened { connection, object, head, source, ranges, flow };
    looks.put(opened.clone());
    Ok(opened)
}

fn answer(
    opened: &Opened,
    look: &LookRequest,
    pixels: u64,
    tell: &dyn Fn(u64),
) -> Looked<SeenPart> {
    let inside = match &look.wanted {
        LookStep::Open { .. } => opened.inside(look.member.as_deref(), UNPACKED)?,
        LookStep::Rows { .. } | LookStep::Unpack(_) => {
            opened.inside(look.member.as_deref(), MOST_UNPACKED)?
        }
        LookStep::Text(_) | LookStep::Tail | LookStep::Bytes(_) | LookStep::Search { .. } => {
            opened.flowing(look.member.as_deref())?
        }
    };
    let part = |body: ViewBody, at: u64| SeenPart::Part(Box::new(body), at);
    Ok(match &look.wanted {
        LookStep::Open { form, .. } => SeenPart::Opened(Box::new(view(&inside, *form, pixels)?)),
        LookStep::Text(TextPlace::Around(at)) => {
            part(ViewBody::Text(text_window(&inside, *at, tell)?), *at)
        }
        LookStep::Tail | LookStep::Text(TextPlace::End) => {
            let window = text_window(&inside, u64::MAX, tell)?;
            let end = window.end;
            part(ViewBody::Text(window), end)
        }
        LookStep::Text(TextPlace::Line(line)) => {
            let (window, at) = window_of_line(&inside, *line, tell)?;
            part(ViewBody::Text(window), at)
        }
        LookStep::Bytes(at) => {
            let window = bytes_window(&inside, *at, tell)?;
            let at = window.end().min(*at);
            part(ViewBody::Bytes(window), at)
        }
        LookStep::Rows { from, count } => part(ViewBody::Table(table(&inside, *from, *count)?), 0),
        LookStep::Search { pattern, from, backward, form } => {
            match search(&inside, pattern, *from, *backward, tell)? {
                Some(at) => part(found(&inside, at, *form, tell)?, at),
                None => SeenPart::NotFound,
            }
        }
        LookStep::Unpack(_) => {
            return Err(LookError::Absent("only members of an archive are unpacked".to_owned()));
        }
    })
}

fn found(inside: &Inside, at: u64, form: SearchForm, tell: &dyn Fn(u64)) -> Looked<ViewBody> {
    Ok(match form {
        SearchForm::Text => ViewBody::Text(text_window(inside, at, tell)?),
        SearchForm::Bytes => ViewBody::Bytes(bytes_window(inside, at, tell)?),
    })
}

impl Opened {
    /// The whole, or its member, `most` bytes of it where it is packed.
    fn inside(&self, member: Option<&str>, most: u64) -> Looked<Inside> {
        let content_type = self.head.headers.content_type.as_deref();
        inside(&self.source, self.object.key.name(), content_type, member, most)
    }

    /// As [`Opened::inside`], to be read on in as far as it goes.
    fn flowing(&self, member: Option<&str>) -> Looked<Inside> {
        let mut flow = self.flow.lock().unwrap_or_else(PoisonError::into_inner);
        let packed = match &*flow {
            Some((of, packed)) if of.as_deref() == member => packed.clone(),
            _ => {
                let packed = PackedBytes::of(&self.source, &self.ranges, member)?.map(Arc::new);
                *flow = Some((member.map(str::to_owned), packed.clone()));
                packed
            }
        };
        drop(flow);
        let Some(packed) = packed else { return self.inside(member, UNPACKED) };
        let look = PackedLook::new(packed, self.ranges.clone());
        Ok(Inside::flowing(look, member.unwrap_or(self.object.key.name())))
    }
}
