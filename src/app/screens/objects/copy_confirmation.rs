//! Asks before rows are copied or moved: from where to where, how much, and what it costs.

use crate::app::dialogs::confirm::{Confirm, Tally};
use crate::app::screens::objects::deleting::{MANY, can_be_typed};
use crate::app::screens::objects::downloading::{name_among, name_of};
use crate::app::session::Session;
use crate::domain::address::{Bucket, ConnectionName, DELIMITER};
use crate::domain::object::Measure;
use crate::domain::parts::PREFERRED_PART_BYTES;
use crate::domain::price::{Cost, Price};
use crate::domain::provider::Provider;
use crate::domain::transfer::{JobSpec, SourceRows, Target, Work};
use crate::domain::usage::Usage;

/// Jobs that wait for a yes.
#[derive(Clone, Debug, PartialEq)]
pub struct CopyConfirmation {
    pub specs: Vec<JobSpec>,
    pub bucket: Bucket,
    sources: SourceRows,
    moving: bool,
    /// The provider that is read, and the other one that is written, if any.
    from: Provider,
    to: Option<(ConnectionName, Provider)>,
    /// What reading and writing cost, where that is known.
    prices: (Option<Price>, Option<Price>),
}

impl CopyConfirmation {
    /// `None` where the jobs may begin without a question: a copy within the connection.
    pub fn of(
        specs: &[JobSpec],
        sources: SourceRows,
        session: &Session,
    ) -> Option<CopyConfirmation> {
        let Work::Copy { bucket, moving, .. } = &specs.first()?.work else { return None };
        let other = specs.iter().find_map(JobSpec::other_connection);
        let to = other.and_then(|name| session.connections.iter().find(|each| each.name == *name));
        let writing = to.map_or_else(|| session.price(), |found| session.price_of(found));
        let prices = (session.price().cloned(), writing.cloned());
        let to = to.map(|found| (found.name.clone(), found.provider));
        if !moving && to.is_none() {
            return None;
        }
        Some(CopyConfirmation {
            bucket: bucket.clone(),
            sources,
            moving: *moving,
            from: session.provider(),
            to,
            prices,
            specs: specs.to_vec(),
        })
    }

    /// The rows that are to be counted below, where there are such.
    pub fn prefixes(&self) -> Vec<Target> {
        self.sources.prefixes().into_targets()
    }

    pub fn question(&self) -> Confirm {
        let (title, verb) = if self.moving { ("Move", "Move") } else { ("Copy", "Copy") };
        let mut confirm = Confirm::new(title, verb, "Stay").line(format!(
            "{verb} from s3://{} to {}?",
            self.bucket,
            self.destination()
        ));
        if self.to.is_some() {
            confirm = confirm.line("The bytes go through this machine's memory, not its disk.");
        }
        if self.moving {
            confirm = confirm.line("Each object is deleted here once its copy is checked.");
        }
        let below = Measure { done: self.sources.sum().prefixes == 0, ..Measure::default() };
        let name = |target: &_| name_among(&self.sources, target).to_owned();
        let mut confirm = confirm.about_rows(&self.sources, name);
        self.measured(below, &mut confirm);
        confirm
    }

    /// Puts what was counted below the prefixes so far into the question.
    pub fn measured(&self, below: Measure, confirm: &mut Confirm) {
        let sum = self.sources.sum();
        let tally = Tally {
            objects: sum.objects + below.objects,
            bytes: sum.bytes.saturating_add(below.bytes),
            complete: below.done,
        };
        confirm.tally = Some(tally);
        confirm.warning = Some(self.cost(tally));
        confirm.ask_name(self.name_to_type(tally));
    }

    /// The name that must be typed before much is moved, as before much is deleted.
    fn name_to_type(&self, tally: Tally) -> Option<String> {
        if !self.moving || (tally.complete && tally.objects <= MANY) {
            return None;
        }
        let single = self.sources.single();
        let place = parent_name(self.sources.place());
        let name = single.as_ref().map_or(place, |row| name_of(&row.target));
        let name = Some(name).filter(|name| can_be_typed(name));
        Some(name.unwrap_or(self.bucket.as_str()).to_owned())
    }

    /// The place of one row; of several the one they have in common.
    fn destination(&self) -> String {
        let Some(Work::Copy { to_bucket, target, .. }) = self.specs.first().map(|spec| &spec.work)
        else {
            return String::new();
        };
        let path = target.as_str();
        match &self.to {
            Some((name, _)) => format!("{name}:{to_bucket}/{path}"),
            None => format!("s3://{to_bucket}/{path}"),
        }
    }

    /// The cost by the price lists; deleting is free with both known providers.
    fn cost(&self, tally: Tally) -> String {
        let (objects, bytes) = (tally.objects, tally.bytes);
        let looks = if self.moving { 2 } else { 1 };
        let parts = match &self.to {
            Some(_) => objects + bytes / PREFERRED_PART_BYTES,
            None => objects,
        };
        let received = if self.to.is_some() { bytes } else { 0 };
        let reads = objects * looks + if self.to.is_some() { parts } else { 0 };
        let read = Usage { class_b: reads, received, ..Usage::default() };
        let written = Usage { class_a: parts, class_b: objects * looks, ..Usage::default() };
        let (Some(reading), Some(writing)) = &self.prices else {
            return match self.to.is_some() {
                true => "It may cost requests and traffic; not all prices are known.".to_owned(),
                false => "It may cost requests; their prices are not known.".to_owned(),
            };
        };
        let sum = Cost(reading.estimate(&read).0 + writing.estimate(&written).0);
        let traffic = match self.to.is_some() {
            false => String::new(),
            true if reading.egress_per_gb > 0.0 => {
                let egress = reading.estimate(&Usage { received, ..Usage::default() });
                format!(", {egress} of it traffic out of {}", self.from)
            }
            true => format!("; traffic out of {} is free", self.from),
        };
        format!("Costs {sum}{traffic} (estimate).")
    }
}

/// The last segment of a prefix, with its delimiter.
fn parent_name(prefix: &str) -> &str {
    let inner = prefix.trim_end_matches(DELIMITER);
    inner.rfind(DELIMITER).map_or(prefix, |at| &prefix[at + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::session::Startup;
    use crate::config::connection::Connection;
    use crate::domain::transfer::{FileRules, JobOptions, OnConflict, SourceRow};

    fn connection(name: &str, provider: Provider) -> Connection {
        Connection { provider, ..Connection::chain(name.into(), None) }
    }

    fn confirmation(
        from: Provider,
        to: Option<Provider>,
        moving: bool,
    ) -> Option<CopyConfirmation> {
        let mut connections = vec![connection("here", from)];
        connections.extend(to.map(|provider| connection("there", provider)));
        let current = connections[0].clone();
        let session = Session::new(Startup { connections, ..Startup::of(current) });
        let work = Work::Copy {
            bucket: "media".into(),
            source: Target::Prefix("a/raw/".into()),
            to_connection: to.map(|_| "there".into()),
            to_bucket: "backups".into(),
            target: Target::Prefix("x/raw/".into()),
            moving,
        };
        let spec = JobSpec {
            connection: "here".into(),
            work,
            on_conflict: OnConflict::Fail,
            files: FileRules::default(),
            options: JobOptions::default(),
        };
        let target = Target::Prefix("a/raw/".into());
        let rows = vec![SourceRow { target, size: None }].into();
        CopyConfirmation::of(&[spec], rows, &session)
    }

    #[test]
    fn the_question_names_both_ends_and_counts_as_it_goes() {
        assert_eq!(confirmation(Provider::R2, None, false), None, "a copy within asks nothing");
        let confirmation = confirmation(Provider::R2, Some(Provider::Aws), true).unwrap();
        let mut confirm = confirmation.question();
        assert_eq!(confirm.lines[0], "Move from s3://media to there:backups/x/raw/?");
        assert_eq!(confirm.subjects, ["raw/"]);
        assert!(!confirm.tally.unwrap().complete && !confirm.on_yes);
        confirmation.measured(Measure { objects: 1000, bytes: 1 << 30, done: true }, &mut confirm);
        assert_eq!(confirm.tally.unwrap().objects, 1000);
        let cost = confirm.warning.unwrap();
        assert!(cost.contains("~$0.00") && cost.contains("traffic out of r2 is free"), "{cost}");
    }

    #[test]
    fn what_leaves_aws_costs() {
        let confirmation = confirmation(Provider::Aws, Some(Provider::R2), false).unwrap();
        let mut confirm = confirmation.question();
        confirmation
            .measured(Measure { objects: 1, bytes: 10_000_000_000, done: true }, &mut confirm);
        let cost = confirm.warning.unwrap();
        assert!(cost.contains("~$0.9000 of it traffic out of aws"), "{cost}");
    }

    #[test]
    fn prices_that_are_not_known_are_not_made_up() {
        let confirmation = confirmation(Provider::Other, Some(Provider::R2), false).unwrap();
        assert!(confirmation.question().warning.unwrap().contains("not all prices are known"));
    }
}
