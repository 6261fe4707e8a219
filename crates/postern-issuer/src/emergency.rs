//! `pack emergency`: the newest pack, and a declaration in it.

use postern_core::text::Names;
use postern_core::time::Time;
use postern_core::trust::{Emergency, Pack, Windows};

use crate::cli::PackEmergencyArgs;
use crate::error::IssuerError;
use crate::repository::Repository;

const HOUR: u64 = 3600;

/// The pack after the newest one, with the declaration of these arguments; one that holds already is replaced. The pack's own
/// expiry is kept unless another is asked for.
pub(crate) fn pack(args: &PackEmergencyArgs) -> Result<Pack, IssuerError> {
    let repository = Repository::new(&args.repo);
    let (newest, _) = repository.newest_pack()?.ok_or(IssuerError::NothingPublished("pack"))?;
    let mut pack = newest.into_payload();
    let issued = args.at.time();
    let bounds = |message: String| IssuerError::Rule("emergency", message);
    let until = Time::saturating(args.until);
    let from = args.from.map_or(issued, Time::saturating);
    if let Some(days) = args.valid_for {
        pack.expires = issued.plus(days.saturating_mul(24 * HOUR));
    } else if pack.expires <= issued {
        let expired = format!("the newest pack has expired at {}: give --valid-for", pack.expires);
        return Err(bounds(expired));
    }
    if until <= issued {
        return Err(bounds(format!("it would end at {until}, before it is declared")));
    }
    let windows = pack.windows;
    let wider = |hours: Option<u64>, ordinary: u64| hours.map_or(ordinary, |hours| hours.saturating_mul(HOUR));
    let stale = wider(args.stale_hours, windows.stale);
    let aging = wider(args.aging_hours, windows.aging).min(stale);
    let fresh = wider(args.fresh_hours, windows.fresh).min(aging);
    let mut emergency = Emergency {
        from,
        gates: args.gate.clone(),
        rules: args.set_aside.clone(),
        until,
        reason: Names::new(&args.reason_en, &args.reason_zh).map_err(|e| bounds(e.to_string()))?,
        issuers: args.issuer.clone(),
        windows: Windows::try_from((fresh, aging, stale)).map_err(|e| bounds(e.to_owned()))?,
    };
    if emergency.windows == windows && emergency.rules.is_empty() {
        return Err(bounds(
            "it changes nothing: name wider windows, or rules to set aside".to_owned(),
        ));
    }
    emergency.gates.sort();
    emergency.rules.sort();
    emergency.issuers.sort();
    pack.version += 1;
    pack.issued = issued;
    pack.emergency = Some(emergency);
    Ok(pack)
}
