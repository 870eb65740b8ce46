//! Asks once whether the open bucket is public, when a link to it is wanted.

use crate::app::context::{Context, Intent};
use crate::app::effect::StorageRequest;
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::session::Publicity;
use crate::domain::address::Bucket;

#[derive(Clone, Debug, Default)]
pub struct Asking(Option<(Ticket, Bucket)>);

impl Asking {
    /// Asks where somebody can be asked and it is not known.
    pub fn ask(&mut self, bucket: &Bucket, cx: &mut Context<'_>) {
        let configured = cx.session.known_bucket(bucket).is_some_and(|b| b.public_domain.is_some());
        let askable = cx.session.connection().cloudflare.is_some();
        let settled =
            matches!(cx.session.publicity(bucket), Some(Publicity::Known(_) | Publicity::Asked));
        if configured || !askable || settled {
            return;
        }
        let mut before = self.0.take().map(|(ticket, _)| ticket);
        cx.abandon(&mut before);
        let ticket = cx.request(StorageRequest::PublicAccess(bucket.clone()));
        self.0 = Some((ticket, bucket.clone()));
        cx.ask(Intent::KnowPublicity { bucket: bucket.clone(), publicity: Publicity::Asked });
    }

    pub fn owns(&self, ticket: Ticket) -> bool {
        self.0.as_ref().is_some_and(|(own, _)| *own == ticket)
    }

    pub fn on_reply(&mut self, reply: Reply, cx: &mut Context<'_>) {
        let Some((_, bucket)) = self.0.take() else { return };
        let publicity = match reply {
            Ok(Answer::PublicAccess(access)) => Publicity::Known(access),
            Ok(_) => return,
            Err(error) => {
                let why = error.explain().what;
                cx.ask(Intent::Log(error));
                Publicity::Refused(why)
            }
        };
        cx.ask(Intent::KnowPublicity { bucket, publicity });
    }
}
