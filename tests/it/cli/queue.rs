//! `queue` without the browser: what is shown, ordered and refused, and with which exit code.

use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::unbounded_channel;
use windlass::demo::faults::NetworkConditions;
use windlass::domain::address::{Bucket, ConnectionName, Key};
use windlass::domain::transfer::{JobSpec, OnConflict, Target, TransferCommand, Work};
use windlass::domain::transfer_event::TransferEvent;
use windlass::transfer::engine::{Connect, Engine};
use windlass::transfer::tuning::Tuning;

use crate::cli::shop::{Shop, ran};

struct Queue {
    shop: Shop,
}

impl Queue {
    /// A journal with these objects to be downloaded, none begun.
    fn of(keys: &[&str]) -> Queue {
        let shop = Shop::open();
        shop.store().create_bucket("media");
        let endpoint = shop.server().endpoint();
        let host = endpoint.split("://").last().unwrap().trim_end_matches('/');
        let name = ConnectionName::new(format!("default@{host}"));
        let specs = keys.iter().map(|key| {
            let work = Work::Download {
                bucket: Bucket::new("media"),
                source: Target::Object(Key::new(*key)),
                folder: shop.path("down"),
                name: None,
                size: None,
            };
            let spec: JobSpec = serde_json::from_value(serde_json::json!({
                "connection": name, "work": work, "on_conflict": OnConflict::Overwrite,
            }))
            .unwrap();
            spec
        });
        enqueue(shop.path("state/journal.sqlite"), specs.collect());
        Queue { shop }
    }

    fn run(&self, arguments: &[&str]) -> crate::cli::shop::Ran {
        let mut all = vec!["queue"];
        all.extend(arguments);
        self.shop.run(&all)
    }

    fn states(&self) -> Vec<(u64, String)> {
        let listed = self.run(&["list", "--json"]).ended(0).json();
        let state =
            |job: &Value| (job["id"].as_u64().unwrap(), job["state"].as_str().unwrap().to_owned());
        listed.iter().map(state).collect()
    }

    fn down(&self, name: &str) -> PathBuf {
        self.shop.path("down").join(name)
    }
}

/// Writes a journal with these jobs, none begun.
pub fn enqueue(journal: PathBuf, specs: Vec<JobSpec>) {
    let (wanted, journal) = (specs.len(), Some(journal));
    let tuning = Tuning { journal, expansions: 0, ..Tuning::default() };
    let connect: Connect = std::sync::Arc::new(|_| panic!("nothing is begun"));
    Runtime::new().unwrap().block_on(async {
        let (tell, mut news) = unbounded_channel();
        let engine = Engine::start(tuning, connect, tell);
        engine.send(TransferCommand::Enqueue(specs));
        let mut queued = 0;
        while queued < wanted {
            queued += usize::from(matches!(news.recv().await, Some(TransferEvent::Queued(_))));
        }
        engine.shut_down().await;
    });
}

fn states(of: &[(u64, &str)]) -> Vec<(u64, String)> {
    of.iter().map(|(id, state)| (*id, (*state).to_owned())).collect()
}

#[test]
fn transfers_are_paused_cancelled_and_gone_on_with_by_number() {
    let queue = Queue::of(&["a", "b", "c"]);
    for key in ["a", "b", "c"] {
        queue.shop.store().put("media", key, "bytes");
    }
    queue.run(&["pause", "2"]).ended(0);
    queue.run(&["cancel", "3"]).ended(0);
    let now = [(1, "unfinished"), (2, "paused"), (3, "cancelled")];
    assert_eq!(queue.states(), states(&now));
    let listed = queue.run(&["list"]).ended(0).out;
    assert!(listed.contains("   2  paused     get s3://media/b"), "{listed}");
    queue.run(&["run"]);
    assert_eq!(queue.states(), states(&[(1, "done"), (2, "paused"), (3, "cancelled")]));
    assert!(queue.down("a").exists() && !queue.down("b").exists() && !queue.down("c").exists());
    queue.run(&["resume", "2"]).ended(0);
    queue.run(&["run"]);
    assert_eq!(std::fs::read(queue.down("b")).unwrap(), b"bytes");
    queue.run(&["clear"]).ended(0);
    assert_eq!(queue.states(), []);
}

#[test]
fn what_failed_is_tried_again_and_told_by_the_exit_code() {
    let queue = Queue::of(&["late"]);
    queue.run(&["run"]).ended(1);
    assert_eq!(queue.states(), states(&[(1, "failed")]));
    queue.shop.store().put("media", "late", "here now");
    queue.run(&["retry"]).ended(0);
    assert_eq!(std::fs::read(queue.down("late")).unwrap(), b"here now");
    // Nothing is left that failed: nothing to do is no failure.
    queue.run(&["retry"]).ended(0);
}

#[test]
fn a_run_that_is_interrupted_is_told_by_the_exit_code_and_goes_on_later() {
    let queue = Queue::of(&["slow"]);
    queue.shop.store().put("media", "slow", vec![7; 20 << 20]);
    queue.shop.server().faults().set_conditions(NetworkConditions {
        bandwidth: Some(1 << 20),
        ..NetworkConditions::default()
    });
    let mut command = queue.shop.command(&["queue", "run"]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while queue.shop.server().faults().count("GetObject") == 0 {
        std::thread::sleep(Duration::from_millis(10));
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(130));
    assert_eq!(queue.states(), states(&[(1, "unfinished")]));
    queue.shop.server().faults().set_conditions(NetworkConditions::default());
    queue.run(&["run"]).ended(0);
}

#[test]
fn an_order_that_fits_no_transfer_is_refused() {
    let queue = Queue::of(&["a"]);
    for (arguments, said) in [
        (["cancel", "7"].as_slice(), "there is no transfer 7"),
        (&["pause"], "name the transfers"),
        (&["resume", "1"], "is not paused"),
        (&["retry", "1"], "has not failed"),
        (&["run", "1"], "leave out the numbers"),
        (&["run", "--accept-loss"], "goes with retry"),
        (&["retry", "--accept-loss"], "goes with retry"),
    ] {
        let refused = queue.run(arguments).ended(2);
        assert!(refused.err.contains(said), "{}", refused.err);
    }
    assert_eq!(queue.states(), states(&[(1, "unfinished")]));
}

struct Held(Child);

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn while_another_works_on_it_the_queue_is_read_only_and_a_killed_one_holds_nobody_up() {
    let queue = Queue::of(&["slow"]);
    queue.shop.store().put("media", "slow", vec![7; 1 << 20]);
    let conditions = windlass::demo::faults::NetworkConditions {
        latency: Duration::from_secs(30),
        ..windlass::demo::faults::NetworkConditions::default()
    };
    queue.shop.server().faults().set_conditions(conditions);
    let mut command = queue.shop.command(&["queue", "run"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let holder = Held(command.spawn().unwrap());
    let process = u64::from(holder.0.id());
    let held = || {
        let listed = queue.run(&["list", "--json"]).ended(0);
        let job = &listed.json()[0];
        (job["held_by"]["process"].as_u64(), job["held_by"]["since"].is_string(), listed.err)
    };
    while held().0.is_none() {
        std::thread::sleep(Duration::from_millis(20));
    }
    let (by, since, said) = held();
    assert_eq!((by, since), (Some(process), true));
    assert!(said.contains(&format!("another Windlass (process {process}")), "{said}");
    let listed = queue.run(&[]).ended(0).out;
    assert!(listed.contains("   1  elsewhere  get s3://media/slow"), "{listed}");
    for step in [["run"].as_slice(), &["cancel", "1"], &["clear"]] {
        let refused = queue.run(step).ended(1);
        assert!(refused.err.contains(&format!("process {process}")), "{}", refused.err);
        assert!(refused.err.contains("windlass queue shows the queue"), "{}", refused.err);
        assert!(!refused.err.contains("carry on"), "{}", refused.err);
    }
    drop(holder);
    queue
        .shop
        .server()
        .faults()
        .set_conditions(windlass::demo::faults::NetworkConditions::default());
    ran(queue.shop.command(&["queue", "run"]), b"").ended(0);
    assert_eq!(std::fs::read(queue.down("slow")).unwrap(), vec![7; 1 << 20]);
}
