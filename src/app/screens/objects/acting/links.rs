//! Opens the link menu of objects, makes what was chosen in it, and sets the public domain of their
//! bucket.

use std::time::Duration;

use crate::app::context::{Context, Intent};
use crate::app::dialogs::Dialog;
use crate::app::dialogs::link_menu::{
    LinkChoice, LinkLife, LinkMenu, LinkSubject, LinkWish, Purpose,
};
use crate::app::dialogs::prompt::Prompt;
use crate::app::dialogs::question::Question;
use crate::app::effect::{ConnectionRequest, StorageRequest};
use crate::app::event::Ticket;
use crate::app::link_shown::LinkShown;
use crate::app::linking::{Delivery, copy_shown, holds};
use crate::app::screens::objects::acting::{About, Acting};
use crate::app::screens::objects::naming;
use crate::app::session::Session;
use crate::app::toasts::Level;
use crate::domain::address::Bucket;
use crate::domain::error::Error;
use crate::domain::object::ObjectAddress;
use crate::domain::presign::{LinkDisposition, LinkMethod, LinkSpec, MAX_EXPIRY};
use crate::domain::public::public_origin;
use crate::domain::temporary::{KeyGrant, TemporaryKeys};
use crate::domain::transfer::Target;
use crate::domain::units::Expiry;

impl Acting {
    pub(super) fn ask_link(&mut self, bucket: Bucket, targets: Vec<Target>, cx: &Context<'_>) {
        let reasons = naming::reasons(&bucket, &targets, cx.session);
        let subject = LinkSubject {
            name: naming::subject(&targets),
            prefix: matches!(targets.as_slice(), [Target::Prefix(_)]),
            many: targets.len() > 1,
            usual_life: Expiry(cx.session.connection().link_expiry).to_string(),
        };
        let menu = LinkMenu::new(subject, reasons);
        self.question.ask(Dialog::LinkMenu(menu), About::Links { bucket, targets });
    }

    /// Something was learned that the link menu tells.
    pub fn refresh_links(&mut self, session: &Session) {
        if let Some(Question { dialog: Dialog::LinkMenu(menu), about, .. }) =
            self.question.get_mut()
            && let About::Links { bucket, targets } = about
        {
            menu.take_reasons(naming::reasons(bucket, targets, session));
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
            LinkChoice::Make(wish) => return self.make_links(bucket, &targets, wish, cx),
            LinkChoice::Domain => return self.ask_domain(bucket.clone(), targets, cx),
            LinkChoice::Keys(life) => return self.make_keys(bucket, targets, life, cx),
            _ => {}
        }
        let Some((text, what)) = naming::copied(&choice, bucket, &targets, cx.session) else {
            return;
        };
        let shown = LinkShown::plain(naming::subject(&targets), text);
        copy_shown(&shown, what, cx);
        cx.ask(Intent::ShowText(shown));
    }

    /// A GET link of each object, in the connection's usual way.
    pub(super) fn start_links(
        &mut self,
        bucket: &Bucket,
        targets: &[Target],
        delivery: Delivery,
        cx: &mut Context<'_>,
    ) {
        let life = cx.session.connection().link_expiry;
        let spec = |object| LinkSpec::new(object, LinkMethod::Get, life);
        let specs = objects(bucket, targets).map(spec).collect();
        self.linking.start(specs, delivery, cx);
    }

    fn make_links(
        &mut self,
        bucket: &Bucket,
        targets: &[Target],
        wish: LinkWish,
        cx: &mut Context<'_>,
    ) {
        let Some(expires_in) = counted(wish.life, cx) else { return };
        let spec = |object| LinkSpec::new(object, wish.method, expires_in);
        let all = || objects(bucket, targets).map(spec);
        let delivery = match wish.purpose {
            Purpose::Test => return self.test_links(all().collect(), cx),
            Purpose::Upload { name, content_type } => {
                let place = upload_place(bucket, targets, name);
                let specs = place.map(|object| LinkSpec { content_type, ..spec(object) });
                let specs = specs.into_iter().collect();
                return self.linking.start(specs, Delivery::default(), cx);
            }
            Purpose::SaveAs(name) => {
                let opens = LinkDisposition::Download(name);
                let specs = all().map(|spec| LinkSpec { opens: opens.clone(), ..spec });
                return self.linking.start(specs.collect(), Delivery::default(), cx);
            }
            Purpose::Inline => {
                let specs =
                    all().map(|spec| LinkSpec { opens: LinkDisposition::Inline(None), ..spec });
                return self.linking.start(specs.collect(), Delivery::default(), cx);
            }
            Purpose::Copy(form) => Delivery::Copy(form),
            Purpose::QrCode => Delivery::QrCode,
            Purpose::Browse => Delivery::Browse,
        };
        self.linking.start(all().collect(), delivery, cx);
    }

    fn make_keys(
        &mut self,
        bucket: &Bucket,
        targets: Vec<Target>,
        life: Option<LinkLife>,
        cx: &mut Context<'_>,
    ) {
        let Some(life) = counted(life, cx) else { return };
        let Some(target) = targets.into_iter().next() else { return };
        cx.abandon(&mut self.keys);
        let seconds = life.min(MAX_EXPIRY).as_secs();
        let grant = KeyGrant { bucket: bucket.clone(), target, seconds };
        self.keys = Some(cx.request(StorageRequest::TemporaryKeys(grant)));
    }

    /// They are copied and not shown: whoever looks at the screen would have them too.
    pub(super) fn on_keys(&mut self, reply: Result<TemporaryKeys, Error>, cx: &mut Context<'_>) {
        self.keys = None;
        match reply {
            Ok(keys) => {
                let note = holds(keys.ends_at, cx.now, cx.session);
                let what = "keys, as lines for a shell".to_owned();
                cx.ask(Intent::Copy { text: keys.exports(), what, note });
            }
            Err(error) => cx.ask(Intent::Log(error)),
        }
    }

    fn test_links(&mut self, specs: Vec<LinkSpec>, cx: &mut Context<'_>) {
        for spec in specs {
            let name = spec.object.key.name().to_owned();
            self.testing.push((cx.request(StorageRequest::TestLink(spec)), name));
        }
    }

    pub(super) fn on_link_tested(
        &mut self,
        ticket: Ticket,
        reply: Result<(), Error>,
        cx: &mut Context<'_>,
    ) {
        let Some(at) = self.testing.iter().position(|(asked, _)| *asked == ticket) else { return };
        let (_, name) = self.testing.remove(at);
        match reply {
            Ok(()) => {
                let text = format!("{name}: the link works: it was used without keys");
                cx.toast(Level::Done, text);
            }
            Err(error) => cx.ask(Intent::Log(error)),
        }
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
        let shown = LinkShown::plain(subject, text);
        copy_shown(&shown, "public URL", cx);
        cx.ask(Intent::ShowText(shown));
    }
}

/// How long a link shall hold; says why where that is not possible.
fn counted(life: Option<LinkLife>, cx: &mut Context<'_>) -> Option<Duration> {
    let now = cx.now.to_zoned(cx.session.zone.clone());
    let usual = cx.session.connection().link_expiry;
    match life.map_or(Ok(usual), |life| life.counted(&now)) {
        Ok(life) => Some(life),
        Err(sentence) => {
            cx.toast(Level::Note, format!("no link: {sentence}"));
            None
        }
    }
}

fn objects(bucket: &Bucket, targets: &[Target]) -> impl Iterator<Item = ObjectAddress> {
    targets.iter().filter_map(|target| target.object(bucket))
}

/// Where an upload link leads: to the object itself, or to a name below a prefix.
fn upload_place(
    bucket: &Bucket,
    targets: &[Target],
    name: Option<String>,
) -> Option<ObjectAddress> {
    let key = match (targets.first()?, name) {
        (Target::Prefix(prefix), Some(name)) => prefix.key(&name),
        (Target::Object(key), _) => key.clone(),
        _ => return None,
    };
    Some(ObjectAddress::new(bucket.clone(), key))
}

fn origin(text: &str) -> Result<(), String> {
    public_origin(text).map(drop)
}

fn origin_or_none(text: &str) -> Result<(), String> {
    if text.trim().is_empty() { Ok(()) } else { origin(text) }
}
