//! Requests links, and puts them on the clipboard in the form that was asked for.

use std::time::Duration;

use jiff::Timestamp;

use crate::app::context::{Context, Intent};
use crate::app::effect::StorageRequest;
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::link_shown::LinkShown;
use crate::app::session::Session;
use crate::domain::curl::curl_command;
use crate::domain::object::ObjectAddress;
use crate::domain::presign::{LinkMethod, LinkSpec, PresignedLink};
use crate::domain::units::{Counted, Expiry, Moment, TimeOfDay};

#[derive(Clone, Debug, Default)]
pub struct Linking {
    wanted: Vec<Wanted>,
    form: LinkForm,
    asked: Duration,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkForm {
    /// The URL, one a line.
    #[default]
    Url,
    /// A `curl` command, one a line.
    Curl,
}

#[derive(Clone, Debug)]
struct Wanted {
    object: ObjectAddress,
    ticket: Ticket,
    link: Option<PresignedLink>,
}

/// Links of more objects than these are not made at once.
pub const MOST_LINKS: usize = 100;

impl Linking {
    /// Asks for a GET link of each object; what was asked before is given up.
    pub fn start(
        &mut self,
        objects: Vec<ObjectAddress>,
        expires_in: Duration,
        form: LinkForm,
        cx: &mut Context<'_>,
    ) {
        self.give_up(cx);
        (self.form, self.asked) = (form, expires_in);
        self.wanted = objects
            .into_iter()
            .map(|object| {
                let spec = LinkSpec { object: object.clone(), method: LinkMethod::Get, expires_in };
                Wanted { object, ticket: cx.request(StorageRequest::Presign(spec)), link: None }
            })
            .collect();
    }

    pub fn owns(&self, ticket: Ticket) -> bool {
        self.wanted.iter().any(|each| each.ticket == ticket)
    }

    pub fn is_waiting(&self) -> bool {
        !self.wanted.is_empty()
    }

    pub fn give_up(&mut self, cx: &mut Context<'_>) {
        for each in self.wanted.drain(..).filter(|each| each.link.is_none()) {
            cx.abandon(&mut Some(each.ticket));
        }
    }

    /// Takes a link; once all are here they are copied, and what was copied is given to be shown.
    pub fn on_reply(
        &mut self,
        ticket: Ticket,
        reply: Reply,
        cx: &mut Context<'_>,
    ) -> Option<LinkShown> {
        let each = self.wanted.iter_mut().find(|each| each.ticket == ticket)?;
        match reply {
            Ok(Answer::Presigned(link)) => each.link = Some(link),
            Err(error) => {
                each.link = None;
                self.wanted.retain(|each| each.ticket != ticket);
                self.give_up(cx);
                cx.ask(Intent::Log(error));
                return None;
            }
            Ok(_) => return None,
        }
        self.wanted.iter().all(|each| each.link.is_some()).then(|| self.deliver(cx))
    }

    fn deliver(&mut self, cx: &mut Context<'_>) -> LinkShown {
        let links: Vec<(ObjectAddress, PresignedLink)> =
            self.wanted.drain(..).filter_map(|each| Some((each.object, each.link?))).collect();
        let lines: Vec<String> = links
            .iter()
            .map(|(object, link)| match self.form {
                LinkForm::Url => link.url.clone(),
                LinkForm::Curl => curl_command(object, &link.url),
            })
            .collect();
        let first_to_end = links.iter().map(|(_, link)| link).min_by_key(|link| link.expires_at);
        let copied = LinkShown {
            subject: match links.as_slice() {
                [(object, _)] => object.key.name().to_owned(),
                many => Counted(many.len() as u64, "object").to_string(),
            },
            text: lines.join("\n"),
            until: first_to_end.map(|link| link.expires_at),
            shortened: first_to_end.and_then(|link| link.shortened),
        };
        copy_shown(&copied, self.what(links.len()), cx);
        copied
    }

    fn what(&self, count: usize) -> &'static str {
        match (self.form, count) {
            (LinkForm::Url, 1) => "link",
            (LinkForm::Url, _) => "links",
            (LinkForm::Curl, 1) => "curl command",
            (LinkForm::Curl, _) => "curl commands",
        }
    }
}

/// Puts on the clipboard what is shown; the note says how long it holds.
pub fn copy_shown(shown: &LinkShown, what: &str, cx: &mut Context<'_>) {
    let note = shown.until.map_or_else(String::new, |until| holds(until, cx.now, cx.session));
    let note = match shown.shortened_because() {
        Some(why) => format!("{note}, {why}"),
        None => note,
    };
    let note = match cx.session.connection().is_unchecked() && shown.until.is_some() {
        true => format!("{note}; other programs check the certificate and may refuse it"),
        false => note,
    };
    cx.ask(Intent::Copy { text: shown.text.clone(), what: what.to_owned(), note });
}

/// `1 h, until 15:24`; with the date where the end is on another day.
fn holds(until: Timestamp, now: Timestamp, session: &Session) -> String {
    let left = Duration::try_from(until.duration_since(now)).unwrap_or_default();
    let left = Expiry(Duration::from_secs((left.as_secs() + 30) / 60 * 60).max(left.min(MINUTE)));
    let zone = &session.zone;
    let date = |time: Timestamp| time.to_zoned(zone.clone()).date();
    if date(until) == date(now) {
        format!("{left}, until {}", TimeOfDay(until, zone))
    } else {
        format!("{left}, until {}", Moment(until, zone))
    }
}

const MINUTE: Duration = Duration::from_mins(1);
