//! Counts what is below a prefix, and shows where the bytes are.

pub mod measured;
pub mod view;

use crate::app::action::{Action, KeyHint};
use crate::app::context::{Context, Intent};
use crate::app::effect::{MachineRequest, StorageRequest};
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::list::{step, take_again};
use crate::app::part::Part;
use crate::app::scope::Scope;
use crate::app::screens::sizes::measured::{Counting, MeasuredPlace};
use crate::app::screens::sizes::view::SizesView;
use crate::app::spot::Spot;
use crate::app::toasts::Level;
use crate::domain::address::{Bucket, Prefix};
use crate::domain::transfer::{JobSpec, SourceRow, SourceRows, Target, Work};

#[derive(Clone, Debug, Default)]
pub struct Sizes {
    shown: Option<Box<MeasuredPlace>>,
    /// The counting of objects.
    walk: Option<Ticket>,
    /// The counting of what is beside them.
    beside: Option<Ticket>,
}

impl Part for Sizes {
    fn scopes(&self) -> &'static [Scope] {
        Scope::Sizes.outwards()
    }

    fn covers(&self) -> bool {
        self.shown.is_some()
    }

    fn hints(&self) -> Vec<KeyHint> {
        let Some(shown) = &self.shown else { return Vec::new() };
        let mut hints = match shown.view {
            _ if shown.row_count() == 0 => Vec::new(),
            SizesView::Tree => {
                vec![(Action::Accept, "into"), (Action::Parent, "up"), (Action::Delete, "delete")]
            }
            SizesView::Largest => vec![(Action::GoThere, "go there"), (Action::Delete, "delete")],
            SizesView::Summary => Vec::new(),
        };
        hints.push((Action::NextField, "next view"));
        hints.push((Action::CountVersions, "versions too"));
        let stops = self.walk.is_some() || self.beside.is_some();
        hints.push((Action::Dismiss, if stops { "stop counting" } else { "close" }));
        hints
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        let Some(shown) = &mut self.shown else { return false };
        match action {
            Action::Dismiss if self.walk.is_some() || self.beside.is_some() => self.halt(cx),
            Action::Dismiss | Action::Close | Action::Sizes => self.close(cx),
            Action::NextField => shown.turn(true),
            Action::PreviousField => shown.turn(false),
            Action::Parent => {
                shown.leave(cx.now);
            }
            Action::Accept | Action::Open => {
                if !shown.enter(cx.now) && shown.current().is_some() {
                    self.go_there(cx);
                }
            }
            Action::GoThere => self.go_there(cx),
            Action::Delete => self.delete(cx),
            Action::CountVersions => self.count_beside(cx),
            Action::Refresh => {
                let (bucket, prefix) = (shown.bucket.clone(), shown.prefix.clone());
                self.open((bucket, prefix), None, cx);
            }
            _ => {
                let len = shown.row_count();
                step(&mut shown.cursor, action, len);
            }
        }
        true
    }

    fn point(&mut self, spot: Spot) -> Option<Action> {
        take_again(&mut self.shown.as_mut()?.cursor, spot)
    }

    fn owns(&self, ticket: Ticket) -> bool {
        [self.walk, self.beside].contains(&Some(ticket))
    }

    fn on_reply(&mut self, ticket: Ticket, reply: Reply, cx: &mut Context<'_>) {
        let Some(shown) = &mut self.shown else { return };
        match reply {
            Ok(Answer::Walked { page, done }) => {
                shown.take(&page, cx.now);
                if done {
                    shown.left.pop_front();
                    self.walk = None;
                    self.walk_on(cx);
                }
            }
            Ok(Answer::Counted(tree)) => {
                shown.begin_with(*tree);
                self.walk = None;
                self.walk_on(cx);
            }
            Ok(Answer::Beside { beside, untold, done }) => {
                shown.beside = Some((beside, untold));
                if done {
                    self.beside = None;
                }
            }
            Ok(_) => {}
            Err(error) => {
                if self.walk == Some(ticket) {
                    self.walk = None;
                    shown.counting = Counting::Failed(error.clone());
                } else {
                    self.beside = None;
                }
                cx.ask(Intent::Log(error));
            }
        }
    }

    fn is_waiting(&self) -> bool {
        self.walk.is_some() || self.beside.is_some()
    }

    fn stop(&mut self, cx: &mut Context<'_>) {
        self.close(cx);
    }

    fn fit(&mut self, cx: &Context<'_>) {
        if let Some(shown) = &mut self.shown {
            shown.arrange(cx.now);
        }
    }
}

impl Sizes {
    pub fn shown(&self) -> Option<&MeasuredPlace> {
        self.shown.as_deref()
    }

    /// Whether what is beside the objects is being counted.
    pub fn is_counting_beside(&self) -> bool {
        self.beside.is_some()
    }

    /// Counts what is below a place, or of it the rows alone that are marked.
    pub fn open(
        &mut self,
        (bucket, prefix): (Bucket, Prefix),
        marked: Option<SourceRows>,
        cx: &mut Context<'_>,
    ) {
        self.close(cx);
        let of = match &marked {
            None => vec![prefix.clone()],
            Some(rows) => {
                rows.prefixes().in_order().filter_map(|row| row.target.prefix().cloned()).collect()
            }
        };
        self.shown = Some(Box::new(MeasuredPlace::new(bucket, prefix, of)));
        match marked.filter(|rows| rows.sum().objects > 0) {
            // They may be a million.
            Some(rows) => {
                let now = cx.now;
                self.walk = Some(cx.request(MachineRequest::CountListed { rows, now }));
            }
            None => self.walk_on(cx),
        }
    }

    /// What a job deleted is counted no more.
    pub fn on_settled(&mut self, spec: &JobSpec) {
        let (Some(shown), Work::Delete { bucket, targets, .. }) = (&mut self.shown, &spec.work)
        else {
            return;
        };
        if shown.bucket == *bucket {
            for target in Target::each(targets) {
                shown.remove(&target);
            }
        }
    }

    /// Counts below the next prefix.
    fn walk_on(&mut self, cx: &mut Context<'_>) {
        let Some(shown) = &mut self.shown else { return };
        if let Some(prefix) = shown.left.front() {
            let (bucket, prefix) = (shown.bucket.clone(), prefix.clone());
            self.walk = Some(cx.request(StorageRequest::Walk { bucket, prefix }));
        } else {
            shown.counting = Counting::Whole;
            if !shown.is_all {
                return;
            }
            let (bucket, prefix) = (shown.bucket.clone(), shown.prefix.clone());
            let stored = shown.tree.stored().finished();
            cx.ask(Intent::KnowStored { bucket, prefix, stored });
        }
    }

    /// Stops counting; what is counted stays.
    fn halt(&mut self, cx: &mut Context<'_>) {
        if self.walk.is_some()
            && let Some(shown) = &mut self.shown
        {
            shown.counting = Counting::Stopped;
        }
        cx.abandon(&mut self.walk);
        cx.abandon(&mut self.beside);
    }

    fn close(&mut self, cx: &mut Context<'_>) {
        self.halt(cx);
        self.shown = None;
    }

    fn go_there(&mut self, cx: &mut Context<'_>) {
        let Some(shown) = &self.shown else { return };
        let location = shown.location();
        self.close(cx);
        cx.ask(Intent::Open(location));
    }

    /// The usual question, about the row under the cursor.
    fn delete(&mut self, cx: &mut Context<'_>) {
        let Some((target, amount)) = self.shown.as_ref().and_then(|shown| shown.current()) else {
            return cx.toast(Level::Note, "delete: there is no single row here");
        };
        let size = matches!(target, Target::Object(_)).then_some(amount.bytes);
        cx.ask(Intent::ActOnRows {
            action: Action::Delete,
            rows: vec![SourceRow { target, size }].into(),
        });
    }

    fn count_beside(&mut self, cx: &mut Context<'_>) {
        let Some(shown) = &mut self.shown else { return };
        cx.abandon(&mut self.beside);
        shown.view = SizesView::Summary;
        let (bucket, prefix) = (shown.bucket.clone(), shown.prefix.clone());
        self.beside = Some(cx.request(StorageRequest::CountBeside { bucket, prefix }));
    }
}
