//! Shows the examination of a connection: each step as it ends, and the report for the clipboard.

use crate::app::action::{Action, KeyHint};
use crate::app::chord::Chord;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::details::Details;
use crate::app::dialogs::outcome::Outcome;
use crate::app::effect::ConnectionRequest;
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::list::{step, take_again};
use crate::app::part::Part;
use crate::app::scope::Scope;
use crate::app::session::Session;
use crate::app::spot::Spot;
use crate::config::connection::Connection;
use crate::domain::address::{ConnectionName, Location, Prefix};
use crate::domain::diagnosis::redact::Redaction;
use crate::domain::diagnosis::text::{Examined, whole};
use crate::domain::diagnosis::{Conclusion, Examination, Finding, Step, Verdict};
use crate::domain::error::Error;

#[derive(Clone, Debug)]
pub struct Doctor {
    pub connection: ConnectionName,
    pub findings: Vec<Finding>,
    /// Why the examination could not begin.
    pub failure: Option<Error>,
    pub cursor: usize,
    /// The step that is read in whole.
    pub opened: Option<Details>,
    /// Whether it is asked if scratch objects may be written.
    pub consenting: bool,
    subject: Examined,
    known: Redaction,
    examination: Examination,
    read_only: bool,
    /// The cursor was moved: it does not follow the newest step any more.
    moved: bool,
    ticket: Option<Ticket>,
}

impl Part for Doctor {
    fn scopes(&self) -> &'static [Scope] {
        if self.opened.is_some() { Details::SCOPES } else { Scope::Doctor.outwards() }
    }

    /// What is examined is not left for what is pasted.
    fn takes_paste(&self) -> bool {
        true
    }

    fn read_only(&self, _: &Session) -> Option<String> {
        self.read_only.then(|| "the connection is read-only".to_owned())
    }

    fn details(&self) -> Option<&Details> {
        self.opened.as_ref()
    }

    fn hints(&self) -> Vec<KeyHint> {
        if let Some(details) = &self.opened {
            return details.hints();
        }
        if self.consenting {
            return vec![(Action::Yes, "write"), (Action::No, "do not write")];
        }
        let mut hints = vec![(Action::Accept, "whole step"), (Action::Yes, "copy report")];
        if self.is_running() {
            hints.push((Action::Dismiss, "stop"));
            return hints;
        }
        if self.can_write() {
            hints.push((Action::TestWriting, "test writing"));
        }
        hints.extend([(Action::Refresh, "again"), (Action::Dismiss, "close")]);
        hints
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        if let Some(details) = &mut self.opened {
            if details.on_action(action) == Outcome::Cancelled {
                self.opened = None;
            }
        } else if self.consenting {
            self.on_consent(action, cx);
        } else {
            self.on_steps(action, cx);
        }
        true
    }

    /// Begins the examination, or begins it again.
    fn start(&mut self, cx: &mut Context<'_>) {
        cx.abandon(&mut self.ticket);
        self.findings.clear();
        (self.failure, self.cursor, self.moved) = (None, 0, false);
        let request =
            ConnectionRequest::Examine { unsaved: None, examination: self.examination.clone() };
        self.ticket = Some(cx.request_of(self.connection.clone(), request));
    }

    /// Anything but a yes is a no.
    fn on_text(&mut self, _: Chord, _: &mut Context<'_>) {
        self.consenting = false;
    }

    fn point(&mut self, spot: Spot) -> Option<Action> {
        if self.opened.is_some() { None } else { take_again(&mut self.cursor, spot) }
    }

    fn owns(&self, ticket: Ticket) -> bool {
        self.ticket == Some(ticket)
    }

    fn is_waiting(&self) -> bool {
        self.is_running()
    }

    fn on_reply(&mut self, _: Ticket, reply: Reply, _: &mut Context<'_>) {
        match reply {
            Ok(Answer::Examining(finding)) => {
                self.findings.push(finding);
                if !self.moved {
                    self.cursor = self.findings.len() - 1;
                }
            }
            outcome => {
                self.ticket = None;
                self.failure = outcome.err();
                let failed = self.findings.iter().position(Finding::failed);
                if let Some(first) = failed.filter(|_| !self.moved) {
                    self.cursor = first;
                }
            }
        }
    }
}

impl Doctor {
    /// Of the place that is open, where the connection is the one in use.
    pub fn of(name: &ConnectionName, session: &Session, here: &Location) -> Option<Doctor> {
        let connection = session.connections.iter().find(|each| each.name == *name)?;
        let here = here.bucket().filter(|_| session.name() == name).map(|at| (at, here.prefix()));
        let (bucket, prefix) = match (here, connection.known_buckets.first()) {
            (Some((bucket, prefix)), _) => (Some(bucket.clone()), prefix),
            (None, Some(known)) => (Some(known.bucket.clone()), known.prefix.clone()),
            (None, None) => (None, Prefix::root()),
        };
        Some(Doctor::new(connection, Examination { bucket, prefix, writes: false }))
    }

    pub fn new(connection: &Connection, examination: Examination) -> Doctor {
        let known = connection.known_buckets.iter();
        let redaction = known.fold(Redaction::default(), |redaction, known| {
            redaction.bucket(&known.bucket).prefix(&known.prefix)
        });
        let redaction = redaction.prefix(&examination.prefix);
        let known = match &examination.bucket {
            Some(bucket) => redaction.bucket(bucket),
            None => redaction,
        };
        Doctor {
            connection: connection.name.clone(),
            findings: Vec::new(),
            failure: None,
            cursor: 0,
            opened: None,
            consenting: false,
            subject: Examined {
                provider: connection.provider,
                endpoint: connection.endpoint.clone(),
                region: connection.region.clone(),
                keys: connection.keys_words(),
            },
            known,
            examination,
            read_only: connection.read_only,
            moved: false,
            ticket: None,
        }
    }

    pub fn is_running(&self) -> bool {
        self.ticket.is_some()
    }

    /// The step that is under way.
    pub fn current_step(&self) -> Option<Step> {
        let running = self.ticket.is_some();
        Step::ALL.into_iter().nth(self.findings.len()).filter(|_| running)
    }

    pub fn conclusion(&self) -> Option<Conclusion> {
        let ended = self.ticket.is_none() && !self.findings.is_empty();
        ended.then(|| Conclusion::of(&self.findings))
    }

    /// What is asked before anything is written.
    pub fn question(&self) -> String {
        let place = match &self.examination.bucket {
            Some(bucket) => format!("s3://{bucket}/{}", self.examination.prefix),
            None => "the first bucket that is listed".to_owned(),
        };
        format!("Write three test objects to {place} and delete them again?")
    }

    fn on_steps(&mut self, action: Action, cx: &mut Context<'_>) {
        match action {
            Action::Dismiss | Action::Close => {
                cx.abandon(&mut self.ticket);
                cx.close_overlay(None);
            }
            Action::Accept | Action::Open => self.open(),
            Action::Yes if !self.findings.is_empty() => cx.ask(Intent::Copy {
                text: self.report(cx.session),
                what: "the report".to_owned(),
                note: "without accounts, keys and names".to_owned(),
            }),
            Action::Refresh => self.start(cx),
            Action::TestWriting if self.can_write() => self.consenting = true,
            _ => self.moved |= step(&mut self.cursor, action, self.findings.len()),
        }
    }

    /// Whether it makes sense to ask for writing.
    pub fn can_write(&self) -> bool {
        self.ticket.is_none() && !self.read_only && !self.examination.writes
    }

    fn on_consent(&mut self, action: Action, cx: &mut Context<'_>) {
        self.consenting = false;
        if action == Action::Yes {
            self.examination.writes = true;
            self.start(cx);
        }
    }

    /// As text, without a word about whose account it is.
    fn report(&self, session: &Session) -> String {
        let lacking = session.lacking(&self.connection);
        whole(&self.subject, &self.findings, &lacking, &self.known)
    }

    fn open(&mut self) {
        let Some(finding) = self.findings.get(self.cursor) else { return };
        let title = finding.step.title();
        self.opened = Some(match &finding.verdict {
            Verdict::Fails(error) => Details::of_error(title, error.clone()),
            Verdict::Works(told) | Verdict::Beware(told) | Verdict::Skipped(told) => {
                let told = if told.is_empty() { "it works" } else { told };
                Details::new(title)
                    .fact("found", told)
                    .fact("took", format!("{} ms", finding.took.as_millis()))
            }
            Verdict::Unasked(_) => Details::new(title).fact("found", "not tested"),
        });
    }
}
