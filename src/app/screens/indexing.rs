//! Has the keys below a prefix indexed while other things are done, and says how far that is.

use crate::app::action::Action;
use crate::app::context::{Context, Intent};
use crate::app::effect::IndexRequest;
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::part::Part;
use crate::app::scope::Scope;
use crate::app::toasts::Level;
use crate::domain::address::{Bucket, Prefix};
use crate::domain::indexed::{IndexEnd, IndexProgress};
use crate::domain::units::Counted;

#[derive(Clone, Debug, Default)]
pub struct Indexing {
    making: Option<Making>,
}

/// An index on its way.
#[derive(Clone, Debug)]
struct Making {
    ticket: Ticket,
    bucket: Bucket,
    prefix: Prefix,
    keys: u64,
}

impl Indexing {
    /// Makes the index of a place, or refreshes it; one at a time.
    pub fn make(&mut self, bucket: Bucket, prefix: Prefix, cx: &mut Context<'_>) {
        if let Some(sentence) = self.under_way() {
            let text = format!("{sentence}: one index is made at a time");
            return cx.toast(Level::Note, text);
        }
        let (of, below) = (bucket.clone(), prefix.clone());
        let ticket = cx.request(IndexRequest::Make { bucket: of, prefix: below });
        self.making = Some(Making { ticket, bucket, prefix, keys: 0 });
    }
}

impl Part for Indexing {
    fn scopes(&self) -> &'static [Scope] {
        &[]
    }

    fn on_action(&mut self, _: Action, _: &mut Context<'_>) -> bool {
        false
    }

    fn owns(&self, ticket: Ticket) -> bool {
        self.making.as_ref().is_some_and(|making| making.ticket == ticket)
    }

    fn on_reply(&mut self, _: Ticket, reply: Reply, cx: &mut Context<'_>) {
        match reply {
            Ok(Answer::Indexing(IndexProgress { keys, end: None })) => {
                if let Some(making) = &mut self.making {
                    making.keys = keys;
                }
            }
            Ok(Answer::Indexing(IndexProgress { keys, end: Some(end) })) => {
                self.making = None;
                tell(keys, end, cx);
            }
            Ok(_) => {}
            Err(error) => {
                self.making = None;
                cx.ask(Intent::Log(error));
            }
        }
    }

    fn is_waiting(&self) -> bool {
        self.making.is_some()
    }

    fn under_way(&self) -> Option<String> {
        let Making { bucket, prefix, keys, .. } = self.making.as_ref()?;
        Some(format!("indexing s3://{bucket}/{prefix}, {} so far", Counted(*keys, "key")))
    }

    /// The older index stays as it is.
    fn leave_work(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(making) = self.making.take() else { return false };
        cx.abandon(&mut Some(making.ticket));
        cx.toast(Level::Ended, "indexing stopped: nothing was kept of it");
        true
    }
}

fn tell(keys: u64, end: IndexEnd, cx: &mut Context<'_>) {
    let keys = Counted(keys, "key");
    let are = keys.verb("is", "are");
    match end {
        IndexEnd::Whole => {
            cx.toast(Level::Done, format!("{keys} {are} indexed; find uses the index"));
        }
        IndexEnd::Broken { error, kept } => {
            cx.ask(Intent::Log(error));
            let what = match kept {
                true => format!("only {keys} {are} indexed"),
                false => "the older index, which is whole, stays".to_owned(),
            };
            cx.toast(Level::Problem, format!("the listing broke: {what}"));
        }
    }
}
