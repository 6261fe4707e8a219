//! Where a gate stands, on a map.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A place on a map, in millionths of a degree: some 11 cm (WGS 84).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "(i32, i32)", into = "(i32, i32)")]
pub struct Position {
    latitude: i32,
    longitude: i32,
}

impl Position {
    /// North of the equator, in millionths of a degree.
    pub fn latitude(self) -> i32 {
        self.latitude
    }

    /// East of Greenwich, in millionths of a degree.
    pub fn longitude(self) -> i32 {
        self.longitude
    }
}

impl TryFrom<(i32, i32)> for Position {
    type Error = BadPosition;

    fn try_from((latitude, longitude): (i32, i32)) -> Result<Self, BadPosition> {
        let good = latitude.unsigned_abs() <= 90_000_000 && longitude.unsigned_abs() <= 180_000_000;
        if good {
            Ok(Self { latitude, longitude })
        } else {
            Err(BadPosition)
        }
    }
}

impl From<Position> for (i32, i32) {
    fn from(position: Position) -> Self {
        (position.latitude, position.longitude)
    }
}

/// `34.2658,108.9541`: decimal degrees, at most six places each.
impl FromStr for Position {
    type Err = BadPosition;

    fn from_str(text: &str) -> Result<Self, BadPosition> {
        let (latitude, longitude) = text.split_once(',').ok_or(BadPosition)?;
        (millionths(latitude.trim())?, millionths(longitude.trim())?).try_into()
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let degrees = |millionths: i32| {
            let (sign, value) = (if millionths < 0 { "-" } else { "" }, millionths.unsigned_abs());
            format!("{sign}{}.{:06}", value / 1_000_000, value % 1_000_000)
        };
        write!(f, "{},{}", degrees(self.latitude), degrees(self.longitude))
    }
}

/// Decimal degrees in millionths, exactly: no binary fraction comes near.
fn millionths(text: &str) -> Result<i32, BadPosition> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, places) = digits.split_once('.').unwrap_or((digits, "0"));
    let good = |part: &str, most| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if !good(whole, 3) || !good(places, 6) {
        return Err(BadPosition);
    }
    let value: i32 = format!("{whole}{places:0<6}").parse().map_err(|_| BadPosition)?;
    Ok(sign * value)
}

/// Not a place on a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadPosition;

impl fmt::Display for BadPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a position is LATITUDE,LONGITUDE in degrees with at most six decimal places, as in 34.2658,108.9541",
        )
    }
}

impl std::error::Error for BadPosition {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbor;

    #[test]
    fn positions_are_exact() {
        for (text, value, shown) in [
            ("34.2658,108.9541", (34_265_800, 108_954_100), "34.265800,108.954100"),
            ("-0.000001, -180", (-1, -180_000_000), "-0.000001,-180.000000"),
            ("90,0", (90_000_000, 0), "90.000000,0.000000"),
        ] {
            let position: Position = text.parse().unwrap();
            assert_eq!(<(i32, i32)>::from(position), value);
            assert_eq!(position.to_string(), shown);
            assert_eq!(shown.parse(), Ok(position));
        }
        for bad in [
            "",
            "1",
            "1,2,3",
            "90.000001,0",
            "0,-180.1",
            "1.0000001,1",
            "+1,1",
            "1e1,1",
            "1.,1",
            ".5,1",
            "--1,1",
            "1234,1",
            "NaN,1",
            "９,1",
        ] {
            assert_eq!(bad.parse::<Position>(), Err(BadPosition), "{bad}");
        }
        assert!(cbor::from_slice::<Position>(&cbor::to_vec(&(90_000_001, 0))).is_err());
    }
}
