//! Requests links, and puts them on the clipboard in the form that was asked for.

use std::time::Duration;

use jiff::Timestamp;

use crate::app::context::{Context, Intent};
use crate::app::effect::{Effect, StorageRequest};
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::link_shown::LinkShown;
use crate::app::preference::Preference;
use crate::app::session::Session;
use crate::app::toasts::Level;
use crate::config::ledger::GivenLink;
use crate::domain::link_text::{LinkForm, SignedLink};
use crate::domain::object::ObjectAddress;
use crate::domain::presign::{LinkMethod, LinkSpec, PresignedLink};
use crate::domain::units::{Counted, Expiry, Moment, TimeOfDay};

#[derive(Clone, Debug, Default)]
pub struct Linking {
    wanted: Vec<Wanted>,
    delivery: Delivery,
}

/// What becomes of links once they are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Copied in this form, and shown.
    Copy(LinkForm),
    /// Shown as a QR code.
    QrCode,
    /// Opened in the web browser of this machine.
    Browse,
}

impl Default for Delivery {
    fn default() -> Delivery {
        Delivery::Copy(LinkForm::Url)
    }
}

#[derive(Clone, Debug)]
struct Wanted {
    spec: LinkSpec,
    ticket: Ticket,
    link: Option<PresignedLink>,
}

/// Links of more objects than these are not made at once.
pub const MOST_LINKS: usize = 100;

impl Linking {
    /// Asks for the links; what was asked before is given up.
    pub fn start(&mut self, specs: Vec<LinkSpec>, delivery: Delivery, cx: &mut Context<'_>) {
        self.give_up(cx);
        self.delivery = delivery;
        self.wanted = specs
            .into_iter()
            .map(|spec| {
                let ticket = cx.request(StorageRequest::Presign(spec.clone()));
                Wanted { spec, ticket, link: None }
            })
            .collect();
    }

    /// Asks for a GET link of each object.
    pub fn start_plain(
        &mut self,
        objects: Vec<ObjectAddress>,
        expires_in: Duration,
        cx: &mut Context<'_>,
    ) {
        let spec = |object| LinkSpec::new(object, LinkMethod::Get, expires_in);
        self.start(objects.into_iter().map(spec).collect(), Delivery::default(), cx);
    }

    pub fn owns(&self, ticket: Ticket) -> bool {
        self.wanted.iter().any(|each| each.ticket == ticket)
    }

    pub fn under_way(&self) -> Option<String> {
        let links = self.wanted.len() as u64;
        (links > 0).then(|| format!("making {}", Counted(links, "link")))
    }

    pub fn leave_work(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(doing) = self.under_way() else { return false };
        self.give_up(cx);
        cx.toast(Level::Note, format!("stopped {doing}"));
        true
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
        if self.wanted.iter().any(|each| each.link.is_none()) {
            return None;
        }
        self.deliver(cx)
    }

    fn deliver(&mut self, cx: &mut Context<'_>) -> Option<LinkShown> {
        let links: Vec<(LinkSpec, PresignedLink)> =
            self.wanted.drain(..).filter_map(|each| Some((each.spec, each.link?))).collect();
        let signed: Vec<SignedLink<'_>> = links.iter().map(|(spec, link)| (spec, link)).collect();
        let needs_headers = links.iter().any(|(_, link)| !link.headers.is_empty());
        if needs_headers && matches!(self.delivery, Delivery::QrCode | Delivery::Browse) {
            cx.toast(Level::Problem, "the link works only with headers: copy its curl command");
            return None;
        }
        let connection = cx.session.name();
        let given = |(spec, link): SignedLink<'_>| GivenLink::new(spec, link, cx.now, connection);
        cx.save(Preference::LinksGiven(signed.iter().copied().map(given).collect()));
        match self.delivery {
            Delivery::Copy(form) => {
                let shown = shown(form, &signed);
                copy_shown(&shown, &what(form, &signed), cx);
                Some(shown)
            }
            Delivery::QrCode => Some(LinkShown { code: true, ..shown(LinkForm::Url, &signed) }),
            Delivery::Browse => {
                cx.effect(Effect::Browse(LinkForm::Url.write(&signed)));
                None
            }
        }
    }
}

fn shown(form: LinkForm, links: &[SignedLink<'_>]) -> LinkShown {
    let first_to_end = links.iter().map(|(_, link)| link).min_by_key(|link| link.expires_at);
    // A browser cannot follow it.
    let odd =
        links.iter().any(|(spec, link)| spec.method != LinkMethod::Get && link.headers.is_empty());
    LinkShown {
        subject: match links {
            [(spec, _)] => spec.object.key.name().to_owned(),
            many => Counted(many.len() as u64, "object").to_string(),
        },
        text: form.write(links),
        beside: (odd && form == LinkForm::Url).then(|| LinkForm::Curl.write(links)),
        code: false,
        until: first_to_end.map(|link| link.expires_at),
        shortened: first_to_end.and_then(|link| link.shortened),
    }
}

/// What is copied, in a few words.
fn what(form: LinkForm, links: &[SignedLink<'_>]) -> String {
    let method = links.first().map_or(LinkMethod::Get, |(spec, _)| spec.method);
    let many = if links.len() == 1 { "" } else { "s" };
    let beside = links.iter().any(|(_, link)| !link.headers.is_empty());
    let form = if beside { LinkForm::Curl } else { form };
    match (form, method) {
        (LinkForm::Url, LinkMethod::Get) => format!("link{many}"),
        (LinkForm::Url, other) => format!("{} link{many}", other.as_str()),
        (LinkForm::Markdown, _) => format!("Markdown link{many}"),
        (LinkForm::Html, _) => format!("HTML link{many}"),
        (LinkForm::Csv, _) => "CSV table of links".to_owned(),
        (LinkForm::Curl, _) => format!("curl command{many}"),
        (LinkForm::Wget, _) => format!("wget command{many}"),
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
pub fn holds(until: Timestamp, now: Timestamp, session: &Session) -> String {
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
