//! Moves objects with Windlass and with its peers in turn, and prints what each took beside the
//! others. Asserts no time: machines are noisy, ratios of one run are what counts, and of those the
//! processor's.

#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a bench stops where something is not as it says, and its figures are rounded"
)]

mod child;
mod installed;
mod load;
mod past;
#[allow(dead_code, reason = "the other bench presses keys")]
mod pty;
mod rounds;
mod scenarios;
mod screen;
mod served;
mod told;
mod tools;

use rounds::Ground;
use scenarios::SCENARIOS;

const ROUNDS: usize = 5;

/// `transfers [NAME…] [--rounds N]` measures the scenarios named, or all but the rare ones; `list`
/// names them; `serve` and `launch` are the programs beside.
fn main() {
    let own = std::env::current_exe().unwrap();
    let own = own.to_str().unwrap();
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match arguments.first().map(String::as_str) {
        Some("serve") => load::serve(&arguments[1], &arguments[2]),
        Some("launch") => child::launch(&arguments[1..]),
        Some("list") => {
            for one in SCENARIOS {
                println!("{:<15} {}", one.name, one.title);
            }
            println!("{:<15} {}", screen::NAME, screen::TITLE);
            println!("{:<15} {}", past::NAME, past::TITLE);
        }
        _ => measure(own, &arguments),
    }
}

fn measure(own: &str, arguments: &[String]) {
    let rounds = arguments.iter().position(|word| word == "--rounds");
    let rounds = rounds.map_or(ROUNDS, |at| arguments[at + 1].parse().unwrap());
    let named = |name: &str| arguments.iter().any(|word| word == name);
    let beside = [screen::NAME, past::NAME];
    let known = |name: &str| beside.contains(&name) || SCENARIOS.iter().any(|one| one.name == name);
    let all = !arguments.iter().any(|word| known(word));
    let peers = installed::peers();
    let ground = Ground { own, peers: &peers, rounds };
    for scenario in SCENARIOS {
        if named(scenario.name) || (all && !scenario.rare) {
            println!("{} ({}), {rounds} rounds in turn", scenario.title, scenario.name);
            told::tell(scenario, &ground.measure(scenario));
        }
    }
    if all || named(screen::NAME) {
        screen::measure(&ground);
    }
    if all || named(past::NAME) {
        past::measure(&ground);
    }
}
