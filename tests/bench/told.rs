//! Prints what was measured: one line a tool, and every aim with what came of it.

use crate::rounds::Measured;
use crate::scenarios::{Aim, Figure, Scenario, Size};
use crate::tools::Tool;

/// Least, median and most.
struct Spread(Vec<f64>);

impl Spread {
    fn new(mut values: Vec<f64>) -> Spread {
        values.sort_by(f64::total_cmp);
        Spread(values)
    }

    fn median(&self) -> f64 {
        let at = |index: usize| self.0.get(index).copied().unwrap_or(f64::NAN);
        f64::midpoint(at(self.0.len().saturating_sub(1) / 2), at(self.0.len() / 2))
    }

    fn most(&self) -> f64 {
        self.0.last().copied().unwrap_or(f64::NAN)
    }

    fn told(&self) -> String {
        let least = self.0.first().copied().unwrap_or(f64::NAN);
        format!("{least:.2}-{:.2}-{:.2}", self.median(), self.most())
    }
}

pub fn tell(scenario: &Scenario, measured: &[Measured]) {
    let named = |tool: Tool| measured.iter().filter(move |one| one.tool == tool);
    for tool in scenario.tools.iter().copied().filter(|tool| named(*tool).next().is_some()) {
        let of = |figure| Spread::new(ratios(scenario, measured, tool, figure));
        let absolute =
            |figure| Spread::new(named(tool).map(|one| value(one, figure)).collect()).median();
        let last = &named(tool).next_back().unwrap().counted;
        println!(
            "  {:<19} wall x {:<15} cpu x {:<15} {:>6.2} s {:>6.2} cpu-s {:>5.0} MiB {:>6} \
             requests {:>3} connections, server {:.2} cpu-s",
            tool.name(),
            of(Figure::Wall).told(),
            of(Figure::Cpu).told(),
            absolute(Figure::Wall),
            absolute(Figure::Cpu),
            Spread::new(named(tool).map(|one| value(one, Figure::Memory)).collect()).most(),
            last.requests,
            last.connections,
            last.cpu.as_secs_f64(),
        );
    }
    if let (Some(whole), Size::Listed(sample)) = (scenario.sample_of, scenario.size) {
        tell_whole(scenario, measured, (sample, whole));
    }
    for aim in scenario.aims {
        let figures = Spread::new(ratios(scenario, measured, Tool::Windlass, aim.figure));
        let got = if aim.figure == Figure::Memory { figures.most() } else { figures.median() };
        tell_aim(aim, got);
    }
}

/// What the whole would take each tool, were it in proportion to the sample.
fn tell_whole(scenario: &Scenario, measured: &[Measured], (sample, whole): (u64, u64)) {
    let times = whole as f64 / sample as f64;
    for tool in scenario.tools {
        let of_tool = || measured.iter().filter(|one| one.tool == *tool);
        let of = |figure| Spread::new(of_tool().map(|one| value(one, figure)).collect()).median();
        if of_tool().next().is_some() {
            println!(
                "  {:<19} {whole} would take about {:.1} s and {:.1} cpu-s: {times:.0} times this \
                 sample",
                tool.name(),
                of(Figure::Wall) * times,
                of(Figure::Cpu) * times,
            );
        }
    }
}

fn tell_aim(aim: &Aim, got: f64) {
    let (what, unit) = match aim.figure {
        Figure::Wall => ("wall", "x"),
        Figure::Cpu => ("cpu", "x"),
        Figure::Memory => ("memory", " MiB"),
    };
    let met = match got {
        got if got.is_nan() => "not measured",
        got if got <= aim.most => "met",
        _ => "missed",
    };
    println!("  {:<7} {what} {got:.2}{unit}, aim {:.2}{unit}: {met}", aim.name, aim.most);
}

fn value(one: &Measured, figure: Figure) -> f64 {
    match figure {
        Figure::Wall => one.run.wall.as_secs_f64(),
        Figure::Cpu => one.run.cpu.as_secs_f64(),
        Figure::Memory => one.run.kib as f64 / 1024.0,
    }
}

/// Against the base of the same round; memory as it is.
fn ratios(scenario: &Scenario, measured: &[Measured], tool: Tool, figure: Figure) -> Vec<f64> {
    let of_tool = measured.iter().filter(|one| one.tool == tool);
    if figure == Figure::Memory {
        return of_tool.map(|one| value(one, figure)).collect();
    }
    let base = |round| {
        let peers = measured.iter().filter(|one| one.round == round);
        let peers = peers.filter(|one| scenario.base.contains(&one.tool));
        peers.map(|one| value(one, figure)).min_by(f64::total_cmp)
    };
    of_tool.filter_map(|one| Some(value(one, figure) / base(one.round)?)).collect()
}
