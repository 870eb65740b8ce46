//! Opens the link menu of objects, and sets the public domain of their bucket.

use std::time::Duration;

use crate::app::context::{Context, Intent};
use crate::app::dialogs::Dialog;
use crate::app::dialogs::link_menu::{LinkChoice, LinkMenu};
use crate::app::dialogs::prompt::Prompt;
use crate::app::dialogs::question::Question;
use crate::app::effect::ConnectionRequest;
use crate::app::link_shown::LinkShown;
use crate::app::linking::{LinkForm, copy_shown};
use crate::app::screens::objects::acting::{About, Acting};
use crate::app::screens::objects::naming;
use crate::app::session::Session;
use crate::app::toasts::Level;
use crate::domain::address::Bucket;
use crate::domain::object::ObjectAddress;
use crate::domain::public::public_origin;
use crate::domain::transfer::Target;

impl Acting {
    pub(super) fn ask_link(&mut self, bucket: Bucket, targets: Vec<Target>, cx: &Context<'_>) {
        let reasons = naming::reasons(&bucket, &targets, cx.session);
        let menu = LinkMenu::new(&naming::subject(&targets), &reasons);
        self.question.ask(Dialog::LinkMenu(menu), About::Links { bucket, targets });
    }

    /// Something was learned that the link menu tells.
    pub fn refresh_links(&mut self, session: &Session) {
        if let Some(Question { dialog: Dialog::LinkMenu(menu), about, .. }) =
            self.question.get_mut()
            && let About::Links { bucket, targets } = about
        {
            menu.take_reasons(&naming::reasons(bucket, targets, session));
        }
    }

    pub(super) fn on_link_chosen(
        &mut self,
        bucket: &Bucket,
        targets: Vec<Target>,
        choice: LinkChoice,
        cx: &mut Context<'_>,
    ) {
        match choice {
            LinkChoice::Link(life) => {
                return self.start_links(bucket, targets, Some(life), LinkForm::Url, cx);
            }
            LinkChoice::Domain => return self.ask_domain(bucket.clone(), targets, cx),
            LinkChoice::Curl => return self.start_links(bucket, targets, None, LinkForm::Curl, cx),
            _ => {}
        }
        let Some((text, what)) = naming::copied(choice, bucket, &targets, cx.session) else {
            return;
        };
        let subject = naming::subject(&targets);
        let shown = LinkShown { subject, text, until: None, shortened: None };
        copy_shown(&shown, what, cx);
        cx.ask(Intent::ShowText(shown));
    }

    pub(super) fn start_links(
        &mut self,
        bucket: &Bucket,
        targets: Vec<Target>,
        life: Option<Duration>,
        form: LinkForm,
        cx: &mut Context<'_>,
    ) {
        let objects = targets.into_iter().filter_map(|target| match target {
            Target::Object(key) => Some(ObjectAddress { bucket: bucket.clone(), key }),
            Target::Prefix(_) | Target::Rows(_) => None,
        });
        let life = life.unwrap_or(cx.session.connection().link_expiry);
        self.linking.start(objects.collect(), life, form, cx);
    }

    fn ask_domain(&mut self, bucket: Bucket, targets: Vec<Target>, cx: &Context<'_>) {
        let before = cx.session.known_bucket(&bucket).and_then(|known| known.public_domain.clone());
        let title = format!("Public domain of {bucket}");
        let prompt = match before {
            Some(before) => {
                let hint = "https://cdn.example.com; leave empty to remove it";
                Prompt::new(title, hint, &before, origin_or_none)
            }
            None => Prompt::new(title, "https://cdn.example.com", "", origin),
        };
        self.question.ask(Dialog::Prompt(prompt), About::Domain { bucket, targets });
    }

    /// The question stays until the domain is written.
    pub(super) fn save_domain(
        &mut self,
        mut question: Question<About>,
        bucket: Bucket,
        text: &str,
        cx: &mut Context<'_>,
    ) {
        if question.ticket.is_none() {
            let domain = public_origin(text).ok();
            question.ticket =
                Some(cx.request(ConnectionRequest::SavePublicDomain { bucket, domain }));
        }
        self.question.put(question);
    }

    /// With a domain the public URL is copied at once.
    pub(super) fn on_domain_saved(&mut self, domain: Option<String>, cx: &mut Context<'_>) {
        let question = self.question.take();
        let Some(Question { about: About::Domain { bucket, targets }, .. }) = question else {
            return;
        };
        cx.ask(Intent::KnowDomain { bucket: bucket.clone(), domain: domain.clone() });
        let Some(domain) = domain else {
            return cx.toast(Level::Done, format!("{bucket} no longer has a public domain"));
        };
        let Some(text) = naming::public_urls(&domain, &targets) else {
            return cx.toast(Level::Done, format!("{bucket} is public at {domain}"));
        };
        let subject = naming::subject(&targets);
        let shown = LinkShown { subject, text, until: None, shortened: None };
        copy_shown(&shown, "public URL", cx);
        cx.ask(Intent::ShowText(shown));
    }
}

fn origin(text: &str) -> Result<(), String> {
    public_origin(text).map(drop)
}

fn origin_or_none(text: &str) -> Result<(), String> {
    if text.trim().is_empty() { Ok(()) } else { origin(text) }
}
