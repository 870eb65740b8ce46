//! Asks who pays for a bucket's requests, and for an SSE-C key.

use std::path::PathBuf;

use crate::app::action::Action;
use crate::app::chord::Chord;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::choice::{Choice, ChoiceRow};
use crate::app::dialogs::completion::Asks;
use crate::app::dialogs::prompt::Prompt;
use crate::app::dialogs::question::{Question, QuestionSlot};
use crate::app::dialogs::typed_path::resolve;
use crate::app::dialogs::{Dialog, DialogAnswer};
use crate::app::effect::ConnectionRequest;
use crate::app::event::{Reply, Ticket};
use crate::app::session::Session;
use crate::app::toasts::Level;
use crate::domain::address::Bucket;
use crate::domain::protection::AccessSpec;
use crate::domain::provider::Capability;

/// In the order of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Pay { kept: bool },
    GiveKey { kept: bool },
    RunForKey { kept: bool },
    Neither,
}

const WISHES: [(char, &str, &str, Wish); 7] = [
    ('p', "Pay for requests", "until Windlass ends", Wish::Pay { kept: false }),
    ('a', "Always pay for requests", "kept in config.toml", Wish::Pay { kept: true }),
    ('k', "Give a key of your own", "until Windlass ends", Wish::GiveKey { kept: false }),
    ('f', "Always give that key", "the file's path is kept", Wish::GiveKey { kept: true }),
    ('c', "Run a command for the key", "until Windlass ends", Wish::RunForKey { kept: false }),
    ('w', "Always run that command", "the command is kept", Wish::RunForKey { kept: true }),
    ('n', "Neither", "the bucket's owner pays; no key", Wish::Neither),
];

#[derive(Clone, Debug)]
enum About {
    Wish(Bucket),
    Key {
        bucket: Bucket,
        kept: bool,
    },
    Command {
        bucket: Bucket,
        kept: bool,
    },
    /// It is being set.
    Setting {
        bucket: Bucket,
        access: AccessSpec,
        kept: bool,
    },
}

#[derive(Clone, Debug, Default)]
pub struct Reaching {
    question: QuestionSlot<About>,
}

impl Reaching {
    pub fn ask(&mut self, bucket: Bucket, session: &Session) {
        let now = session.access(&bucket);
        let lacks = session.lacks(Capability::RequesterPays);
        let row = |(key, title, note, wish): (char, &str, &str, Wish)| {
            let disabled = match wish {
                Wish::Pay { .. } => lacks.clone(),
                Wish::Neither if now.is_plain() => Some("it is so now".to_owned()),
                Wish::GiveKey { .. } | Wish::RunForKey { .. } | Wish::Neither => None,
            };
            ChoiceRow::new(key, title).note(note).disabled(disabled)
        };
        let rows = WISHES.into_iter().map(row).collect();
        let mut choice = Choice::new(format!("Access to {bucket}"), rows)
            .line("Paying: a bucket may let whoever asks pay for requests and traffic.")
            .line("A key: objects under SSE-C are read and stored with it; the server keeps none.");
        if now.requester_pays {
            choice = choice.line("Now you pay for requests here.");
        }
        if let Some(file) = &now.key_file {
            choice = choice.line(format!("Now the key of {} is given.", file.display()));
        }
        if now.key_command.is_some() {
            choice = choice.line("Now the key that a command prints is given.");
        }
        self.question.ask(Dialog::Choice(choice), About::Wish(bucket));
    }

    pub fn dialog(&self) -> Option<&Dialog> {
        self.question.dialog()
    }

    pub fn dialog_mut(&mut self) -> Option<&mut Dialog> {
        self.question.dialog_mut()
    }

    pub fn on_action(&mut self, action: Action, cx: &mut Context<'_>) {
        let answer = self.question.on_action(action, cx);
        self.on_answer(answer, cx);
    }

    pub fn on_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        let answer = self.question.on_text(chord, cx);
        self.on_answer(answer, cx);
    }

    fn on_answer(&mut self, answer: Option<(Question<About>, DialogAnswer)>, cx: &mut Context<'_>) {
        let Some((mut question, answer)) = answer else { return };
        match (question.about.clone(), answer) {
            (About::Wish(bucket), DialogAnswer::Row(row)) => {
                let Some((.., wish)) = WISHES.get(row) else { return };
                let now = cx.session.access(&bucket);
                match wish {
                    Wish::GiveKey { kept } => self.ask_key(bucket, *kept, &now, cx.session),
                    Wish::RunForKey { kept } => self.ask_command(bucket, *kept, &now),
                    Wish::Pay { kept } => {
                        let access = AccessSpec { requester_pays: true, ..now };
                        self.set(question, bucket, access, *kept, cx);
                    }
                    Wish::Neither => self.set(question, bucket, AccessSpec::default(), true, cx),
                }
            }
            (About::Key { bucket, kept }, DialogAnswer::Text(text)) => {
                let home = cx.session.home.as_deref();
                match resolve(text.trim(), &cx.session.working_folder, home) {
                    Ok(file) => {
                        let now = cx.session.access(&bucket);
                        let access = AccessSpec { key_file: Some(file), key_command: None, ..now };
                        self.set(question, bucket, access, kept, cx);
                    }
                    Err(problem) => {
                        question.refuse(problem);
                        self.question.put(question);
                    }
                }
            }
            (About::Command { bucket, kept }, DialogAnswer::Text(text)) => {
                let now = cx.session.access(&bucket);
                let key_command = Some(text.trim().to_owned());
                let access = AccessSpec { key_file: None, key_command, ..now };
                self.set(question, bucket, access, kept, cx);
            }
            _ => self.question.put(question),
        }
    }

    fn ask_command(&mut self, bucket: Bucket, kept: bool, now: &AccessSpec) {
        let hint = "it prints 32 bytes, raw or in base64; what it prints is kept nowhere";
        let before = now.key_command.as_deref().unwrap_or_default();
        let prompt = Prompt::new(format!("Command for the key of {bucket}"), hint, before, any);
        self.question.ask(Dialog::Prompt(prompt), About::Command { bucket, kept });
    }

    fn ask_key(&mut self, bucket: Bucket, kept: bool, now: &AccessSpec, session: &Session) {
        let before = now.key_file.as_ref().map(|file| file.display().to_string());
        let hint = "a file of 32 bytes, raw or in base64; the key itself is kept nowhere";
        let title = format!("Key for {bucket}");
        let prompt = Prompt::new(title, hint, &before.unwrap_or_default(), path_rule);
        let (folder, home) = (session.working_folder.clone(), session.home.clone());
        let prompt = prompt.asking(Asks::LocalPath { folder, home, files: true });
        self.question.ask(Dialog::Prompt(prompt), About::Key { bucket, kept });
    }

    /// The question stays until it is set.
    fn set(
        &mut self,
        mut question: Question<About>,
        bucket: Bucket,
        access: AccessSpec,
        kept: bool,
        cx: &mut Context<'_>,
    ) {
        let request = ConnectionRequest::SetBucketAccess {
            bucket: bucket.clone(),
            access: access.clone(),
            kept,
        };
        cx.abandon(&mut question.ticket);
        question.ticket = Some(cx.request(request));
        question.about = About::Setting { bucket, access, kept };
        self.question.put(question);
    }

    pub fn owns(&self, ticket: Ticket) -> bool {
        self.question.owns(ticket)
    }

    pub fn is_waiting(&self) -> bool {
        self.question.is_waiting()
    }

    pub fn drop_all(&mut self, cx: &mut Context<'_>) {
        self.question.close(cx);
    }

    pub fn on_reply(&mut self, reply: Reply, cx: &mut Context<'_>) {
        let question = self.question.take();
        let Some(Question { about: About::Setting { bucket, access, kept }, .. }) = question else {
            return;
        };
        match reply {
            Ok(_) => {
                cx.toast(Level::Done, told(&bucket, &access));
                cx.ask(Intent::KnowAccess { bucket, access, kept });
                cx.ask(Intent::Run(Action::Refresh));
            }
            Err(error) => cx.ask(Intent::Log(error)),
        }
    }
}

fn told(bucket: &Bucket, access: &AccessSpec) -> String {
    match (access.requester_pays, access.has_key()) {
        (true, true) => format!("{bucket}: you pay for requests, and your key is given"),
        (true, false) => format!("{bucket}: you pay for requests"),
        (false, true) => format!("{bucket}: your key is given"),
        (false, false) => format!("{bucket}: its owner pays, and no key is given"),
    }
}

fn any(text: &str) -> Result<(), String> {
    if text.trim().is_empty() { Err(String::new()) } else { Ok(()) }
}

fn path_rule(text: &str) -> Result<(), String> {
    match text.trim() {
        "" => Err(String::new()),
        text if PathBuf::from(text).file_name().is_none() => Err("name a file".to_owned()),
        _ => Ok(()),
    }
}
