//! From where on something is worth a finding, as far as an auditor may say it.

use clap::Args;

/// What depends on the city.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Thresholds {
    /// Kilometres an hour that nobody exceeds between two gates.
    #[arg(long, value_name = "KM/H", default_value_t = 150, value_parser = clap::value_parser!(u32).range(1..=2000))]
    pub(crate) max_speed: u32,
    /// Without it, eight times the gap that is usual at a gate.
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u64).range(1..=87_600))]
    pub(crate) silent_hours: Option<u64>,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            max_speed: 150,
            silent_hours: None,
        }
    }
}
