//! Finds the jobs that have something to do without asking each of them.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::domain::transfer::{JobId, Priority};

/// The order in which jobs are served: by priority, then by place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct JobOrder {
    priority: Reverse<Priority>,
    place: u64,
    pub job: JobId,
}

impl JobOrder {
    pub fn new(priority: Priority, place: u64, job: JobId) -> JobOrder {
        JobOrder { priority: Reverse(priority), place, job }
    }

    fn beside(&self, other: &JobOrder) -> bool {
        self.priority == other.priority
    }
}

/// What may be under way at once.
#[derive(Clone, Copy, Debug)]
pub struct FreeCapacity {
    /// Objects that one request moves.
    pub objects: usize,
    /// Parts of large objects; the object that reaches the bound is begun, the next is not.
    pub parts: usize,
    /// Jobs that look for their objects and do not wait for room; with 0 no job begins.
    pub expansions: usize,
}

/// What a job could do next, if there were room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a job may want any of them at once")]
pub struct Wants {
    /// Comes to its end.
    pub end: bool,
    /// Looks for its objects.
    pub expand: bool,
    /// Has the one object that it names.
    pub name: bool,
    pub small: bool,
    pub large: bool,
}

/// What a job has under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    pub small: usize,
    pub parts: usize,
    /// Looks for objects, and has room for them.
    pub expanding: usize,
    /// Looks for objects or waits for room.
    pub open: usize,
    /// Has named its object and not begun to move it.
    pub named: usize,
}

/// Jobs by what they want, and what is under way of all.
#[derive(Debug, Default)]
pub struct ReadyJobs {
    end: BTreeSet<JobOrder>,
    expand: BTreeSet<JobOrder>,
    name: BTreeSet<JobOrder>,
    small: BTreeSet<JobOrder>,
    large: BTreeSet<JobOrder>,
    load: Load,
}

/// Expansions that wait for room, to one that does not.
const WAITING: usize = 4;

impl ReadyJobs {
    pub fn forget(&mut self, order: JobOrder, wants: Wants, load: Load) {
        for (set, wanted) in self.sets(wants) {
            if wanted {
                set.remove(&order);
            }
        }
        self.load.small -= load.small;
        self.load.parts -= load.parts;
        self.load.expanding -= load.expanding;
        self.load.open -= load.open;
        self.load.named -= load.named;
    }

    pub fn note(&mut self, order: JobOrder, wants: Wants, load: Load) {
        for (set, wanted) in self.sets(wants) {
            if wanted {
                set.insert(order);
            }
        }
        self.load.small += load.small;
        self.load.parts += load.parts;
        self.load.expanding += load.expanding;
        self.load.open += load.open;
        self.load.named += load.named;
    }

    fn sets(&mut self, wants: Wants) -> [(&mut BTreeSet<JobOrder>, bool); 5] {
        [
            (&mut self.end, wants.end),
            (&mut self.expand, wants.expand),
            (&mut self.name, wants.name),
            (&mut self.small, wants.small),
            (&mut self.large, wants.large),
        ]
    }

    /// The job that is served next, and what it gets; `load_of` tells what a job has under way.
    pub fn next(
        &self,
        room: FreeCapacity,
        load_of: impl Fn(JobId) -> Load,
    ) -> Option<(JobId, Wants)> {
        let one = Wants::default();
        if let Some(order) = self.end.first() {
            return Some((order.job, Wants { end: true, ..one }));
        }
        let (load, begins) = (&self.load, room.expansions > 0);
        let expands =
            load.expanding < room.expansions && load.open < room.expansions.saturating_mul(WAITING);
        let expand = expands.then(|| self.expand.first()).flatten();
        let name = (begins && load.named < room.objects).then(|| self.name.first()).flatten();
        // Before anything is moved, so that it is known who waits.
        let looking =
            [(expand, Wants { expand: true, ..one }), (name, Wants { name: true, ..one })];
        if let Some(found) = first_of(looking) {
            return Some(found);
        }
        let small = (load.small < room.objects)
            .then(|| fair(&self.small, room.objects, |job| load_of(job).small));
        let large = (load.parts < room.parts)
            .then(|| fair(&self.large, room.parts, |job| load_of(job).parts));
        first_of([
            (small.flatten(), Wants { small: true, ..one }),
            (large.flatten(), Wants { large: true, ..one }),
        ])
    }
}

fn first_of(offers: [(Option<&JobOrder>, Wants); 2]) -> Option<(JobId, Wants)> {
    let offers = offers.into_iter().filter_map(|(order, wants)| Some((order?, wants)));
    offers.min_by_key(|(order, _)| **order).map(|(order, wants)| (order.job, wants))
}

/// The first in order, but no job takes the last quarter while another of its priority waits.
fn fair(set: &BTreeSet<JobOrder>, room: usize, load: impl Fn(JobId) -> usize) -> Option<&JobOrder> {
    let first = set.first()?;
    let modest = |order: &&JobOrder| load(order.job) * 4 < room * 3;
    set.iter().take_while(|order| order.beside(first)).find(modest).or(Some(first))
}
