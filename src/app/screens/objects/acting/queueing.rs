//! Asks what exists before jobs go into the queue, and puts them there.

use crate::app::context::Context;
use crate::app::dialogs::Dialog;
use crate::app::dialogs::details::Details;
use crate::app::dialogs::question::Question;
use crate::app::effect::{MachineRequest, StorageRequest};
use crate::app::screens::objects::acting::{About, Acting};
use crate::app::screens::objects::browse::Browse;
use crate::app::screens::objects::copy_confirmation::CopyConfirmation;
use crate::app::screens::objects::{existing, renaming};
use crate::app::toasts::Level;
use crate::domain::conflicts::Conflicts;
use crate::domain::transfer::{Direction, JobSpec, SourceRows, TransferCommand};
use crate::domain::units::Counted;

impl Acting {
    /// Asks first where rows leave the place or the connection.
    pub(super) fn go(&mut self, specs: Vec<JobSpec>, rows: SourceRows, cx: &mut Context<'_>) {
        let Some(confirmation) = CopyConfirmation::of(&specs, rows, cx.session) else {
            return self.check(specs, cx);
        };
        let (bucket, prefixes) = (confirmation.bucket.clone(), confirmation.prefixes());
        let counts = !prefixes.is_empty();
        let ticket =
            counts.then(|| cx.request(StorageRequest::Measure { bucket, targets: prefixes }));
        let dialog = Dialog::Confirm(confirmation.question());
        self.question.put(Question {
            dialog,
            about: About::CopyConfirmation(confirmation),
            ticket,
        });
    }

    /// Asks which destinations exist, before anything is put into the queue.
    pub(super) fn check(&mut self, specs: Vec<JobSpec>, cx: &mut Context<'_>) {
        let ticket = Some(cx.request(MachineRequest::Check(specs.clone())));
        let jobs = Counted(specs.len() as u64, "transfer").to_string();
        let waiting = Details::waiting("Checking what already exists", "Before", jobs);
        let dialog = Dialog::Details(waiting);
        self.question.put(Question { dialog, about: About::Checking { specs }, ticket });
    }

    pub(super) fn on_checked(
        &mut self,
        conflicts: &Conflicts,
        browse: &mut Browse,
        cx: &mut Context<'_>,
    ) {
        let Some(Question { about: About::Checking { specs }, .. }) = self.question.take() else {
            return;
        };
        if conflicts.existing > 0 {
            let dialog = existing::question(&specs, conflicts, &cx.session.zone);
            self.question.ask(dialog, About::Existing { specs });
        } else {
            Acting::enqueue(specs, browse, cx);
        }
    }

    /// Puts jobs into the queue. Marks that they were made of are dropped, unless the rows are to
    /// go: then each goes with its row, and what could not be deleted stays marked.
    pub(super) fn enqueue(specs: Vec<JobSpec>, browse: &mut Browse, cx: &mut Context<'_>) {
        let uploads = specs.iter().any(|spec| spec.work.direction() == Direction::Up);
        if specs.iter().all(|spec| spec.work.takes_away()) {
            browse.marking.settle();
        } else if !uploads {
            browse.marking.clear();
        }
        if let [spec] = specs.as_slice()
            && let Some((from, to)) = renaming::is_rename(spec)
        {
            browse.follow_rename(from, to);
        }
        cx.toast(Level::Note, format!("{} queued", Counted(specs.len() as u64, "transfer")));
        cx.transfer(TransferCommand::Enqueue(specs));
    }
}
