//! What the screen costs a transfer: the same object brought down by the browser and by the verb.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::load::Panel;
use crate::pty::{Timed, processor_time};
use crate::rounds::{Ground, fast_folder};
use crate::served::Served;
use crate::tools::{connection, environment, windlass_program};

pub const NAME: &str = "screen";
pub const TITLE: &str = "2 GiB down with the screen on and without";

const BYTES: u64 = 2 << 30;
const PATIENCE: Duration = Duration::from_secs(120);
/// Throughput with the screen on beside the verb's.
const AIM: f64 = 0.97;

pub fn measure(ground: &Ground<'_>) {
    println!("{TITLE} ({NAME}), {} rounds in turn", ground.rounds);
    let (mut walls, mut costs) = (Vec::new(), Vec::new());
    for round in 0..ground.rounds {
        let folder = fast_folder();
        let served = Served::start(ground.own, Panel::Plain, folder.path());
        fs::write(folder.path().join("config.toml"), connection(&served)).unwrap();
        let run = |screen: bool| {
            let target = folder.path().join(if screen { "screen" } else { "verb" });
            fs::create_dir(&target).unwrap();
            let times = moved(&served, folder.path(), &target, screen);
            fs::remove_dir_all(&target).unwrap();
            times
        };
        let (screen, verb) = if round % 2 == 0 {
            let screen = run(true);
            (screen, run(false))
        } else {
            let verb = run(false);
            (run(true), verb)
        };
        let (Some(screen), Some(verb)) = (screen, verb) else {
            println!("  round {round}: no file came");
            continue;
        };
        println!(
            "  screen {:.2?} ({:.2?} processor), verb {:.2?} ({:.2?} processor)",
            screen.0, screen.1, verb.0, verb.1
        );
        walls.push(verb.0.as_secs_f64() / screen.0.as_secs_f64());
        costs.push(screen.1.as_secs_f64() / verb.1.as_secs_f64());
    }
    walls.sort_by(f64::total_cmp);
    costs.sort_by(f64::total_cmp);
    let (Some(wall), Some(cost)) = (walls.get(walls.len() / 2), costs.get(costs.len() / 2)) else {
        return;
    };
    let met = if *wall >= AIM { "met" } else { "missed" };
    println!(
        "  T8      throughput {:.2}-{wall:.2}-{:.2} of the verb's, aim {AIM}: {met}; processor \
         {cost:.2}x",
        walls[0],
        walls[walls.len() - 1]
    );
}

/// From the key that begins it until the file has its name, both programs in a terminal; the
/// processor time of that.
fn moved(
    served: &Served,
    home: &Path,
    target: &Path,
    screen: bool,
) -> Option<(Duration, Duration)> {
    let environment = environment(served, home);
    let windlass = windlass_program();
    let file = target.join(BYTES.to_string());
    if !screen {
        let (from, to) = (format!("s3://down/one/{BYTES}"), format!("{}/", target.display()));
        let verb = Timed::start(&windlass, &["get", &from, &to], &environment);
        return until_there(&verb, &file, verb.started, Duration::ZERO);
    }
    let mut browser = Timed::start(&windlass, &["s3://down/one/"], &environment);
    browser.until(&BYTES.to_string(), PATIENCE)?;
    browser.settle(Duration::from_millis(200), PATIENCE);
    // By name it is the last but one.
    browser.press("G");
    browser.press("k");
    browser.settle(Duration::from_millis(100), PATIENCE);
    browser.press("d");
    browser.until("Download", PATIENCE)?;
    browser.settle(Duration::from_millis(100), PATIENCE);
    browser.press("\x15");
    browser.press(&target.display().to_string());
    browser.settle(Duration::from_millis(100), PATIENCE);
    let before = processor_time(browser.process());
    let pressed = browser.press("\r");
    until_there(&browser, &file, pressed, before)
}

/// What the program paints meanwhile is read by a thread of its own and kept.
fn until_there(
    program: &Timed,
    file: &Path,
    begun: Instant,
    before: Duration,
) -> Option<(Duration, Duration)> {
    while !file.exists() {
        if begun.elapsed() > PATIENCE {
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Some((begun.elapsed(), processor_time(program.process()).saturating_sub(before)))
}
