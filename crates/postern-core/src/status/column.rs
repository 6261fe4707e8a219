//! Columns: a small integer for each index of a list (`docs/FORMAT.md` section 3.7).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::token::check_version;
use super::zlib;
use crate::cbor::ByteString;
use crate::text::Ident;
use crate::time::Time;
use crate::trust::{DocumentKind, Fault, Payload, TrustError};

/// The most bytes of a column, before compression: one for each index of the longest list.
pub const MAX_COLUMN_LEN: usize = 128 << 20;

/// The longest step of a column, a year in seconds.
pub const MAX_UNIT: u32 = 31_536_000;

/// The name of the column of the last negative test.
pub const NEGATIVE_TEST: &str = "negative-test";

/// The unit of [`NEGATIVE_TEST`] in seconds.
pub const HOUR: u32 = 3600;

/// A column's payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The list that it is indexed as.
    pub list: Ident,
    /// Bytes of the column, one for each index.
    pub size: u64,
    /// Seconds for one step; 0 where the values are plain numbers.
    pub unit: u32,
    /// Its name.
    pub column: Ident,
    /// When it was made.
    pub issued: Time,
    /// What the times count from; 0 where the values are plain numbers.
    pub origin: Time,
    /// The values in the ZLIB format (RFC 1950).
    pub zlib: Vec<u8>,
    /// Counts from 1.
    pub version: u64,
}

impl Payload for Column {
    const KIND: DocumentKind = DocumentKind::Column;
    const TYPE: &'static str = "application/postern-column+cbor";
    const MAX_LEN: usize = MAX_COLUMN_LEN + (64 << 10);

    fn version(&self) -> u64 {
        self.version
    }
}

impl Column {
    /// The column's values.
    ///
    /// # Errors
    ///
    /// [`Fault::Content`] where they are not of the size that the column names.
    pub fn values(&self) -> Result<ColumnValues, TrustError> {
        let size = usize::try_from(self.size).ok().filter(|size| *size <= MAX_COLUMN_LEN);
        let values = size.and_then(|size| zlib::inflate(&self.zlib, size));
        let Some(values) = values else {
            return Err(TrustError {
                document: DocumentKind::Column,
                fault: Fault::Content("it does not inflate to the size that it names"),
            });
        };
        Ok(ColumnValues {
            origin: self.origin,
            unit: self.unit,
            values,
        })
    }
}

/// What a column says of each index. A clone shares the values.
#[derive(Clone, PartialEq, Eq)]
pub struct ColumnValues {
    origin: Time,
    unit: u32,
    values: Arc<[u8]>,
}

/// What a column says of one index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnValue {
    /// A number from 1 to 255.
    Number(u8),
    /// A time, held to the range that times have.
    Time(Time),
}

impl ColumnValues {
    /// What is known of an index; `None` where that is nothing, or past the column's end.
    #[inline]
    pub fn get(&self, index: u32) -> Option<ColumnValue> {
        match *self.values.get(index as usize)? {
            0 => None,
            number if self.unit == 0 => Some(ColumnValue::Number(number)),
            steps => {
                let seconds = u64::from(steps) * u64::from(self.unit);
                Some(ColumnValue::Time(self.origin.plus(seconds)))
            }
        }
    }

    /// The value that stands for `time` in a column of this origin and unit, rounded down to a step. It is 0, which says that
    /// nothing is known, for a time before the first step; there is none for a time past the last step, nor where `unit` is 0.
    pub fn value_of(origin: Time, unit: u32, time: Time) -> Option<u8> {
        let steps = time.since(origin).checked_div(u64::from(unit))?;
        u8::try_from(steps).ok()
    }

    /// The values, one for each index.
    pub fn bytes(&self) -> &[u8] {
        &self.values
    }

    /// SHA-256 of the values.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.values).into()
    }
}

impl std::fmt::Debug for ColumnValues {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ColumnValues({} indexes)", self.values.len())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnShape<'a> {
    list: Ident,
    size: u64,
    unit: u32,
    column: Ident,
    format: u64,
    issued: Time,
    origin: Time,
    #[serde(borrow)]
    values: ByteString<'a>,
    version: u64,
}

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let shape = ColumnShape::deserialize(deserializer)?;
        shape.try_into().map_err(serde::de::Error::custom)
    }
}

impl TryFrom<ColumnShape<'_>> for Column {
    type Error = &'static str;

    fn try_from(
        ColumnShape {
            list,
            size,
            unit,
            column,
            format,
            issued,
            origin,
            values,
            version,
        }: ColumnShape<'_>,
    ) -> Result<Self, Self::Error> {
        check_version(version)?;
        match () {
            () if format != 1 => Err("a format other than 1"),
            () if size > MAX_COLUMN_LEN as u64 => Err("a column past all bounds"),
            () if unit > MAX_UNIT => Err("a unit above a year"),
            () if unit == 0 && origin != Time::default() => Err("an origin of plain numbers"),
            () => Ok(Self {
                list,
                size,
                unit,
                column,
                issued,
                origin,
                zlib: values.0.to_vec(),
                version,
            }),
        }
    }
}

impl Serialize for Column {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            list,
            size,
            unit,
            column,
            issued,
            origin,
            zlib,
            version,
        } = self;
        let shape = ColumnShape {
            list: list.clone(),
            size: *size,
            unit: *unit,
            column: column.clone(),
            format: 1,
            issued: *issued,
            origin: *origin,
            values: ByteString(zlib),
            version: *version,
        };
        shape.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cbor;
    use crate::trust::Document;

    fn deflate(bytes: &[u8]) -> Vec<u8> {
        miniz_oxide::deflate::compress_to_vec_zlib(bytes, 6)
    }

    const ORIGIN: Time = Time::saturating(1_795_305_600);

    fn sample(values: &[u8]) -> Column {
        Column {
            list: "east".parse().unwrap(),
            size: values.len() as u64,
            unit: HOUR,
            column: NEGATIVE_TEST.parse().unwrap(),
            issued: Time::saturating(1_796_000_000),
            origin: ORIGIN,
            zlib: deflate(values),
            version: 7,
        }
    }

    #[test]
    fn values_are_times_or_numbers() {
        let mut column = sample(&[0, 1, 255]);
        let values = column.values().unwrap();
        let at = |hours: u64| Some(ColumnValue::Time(ORIGIN.plus(3600 * hours)));
        assert_eq!(
            [0, 1, 2, 3].map(|index| values.get(index)),
            [None, at(1), at(255), None]
        );
        assert_eq!(values.get(u32::MAX), None);
        (column.unit, column.origin) = (0, Time::default());
        let values = column.values().unwrap();
        let number = |number| Some(ColumnValue::Number(number));
        assert_eq!(
            [0, 1, 2, 3].map(|index| values.get(index)),
            [None, number(1), number(255), None]
        );
        (column.unit, column.origin) = (MAX_UNIT, Time::MAX);
        assert_eq!(column.values().unwrap().get(2), Some(ColumnValue::Time(Time::MAX)));
    }

    #[test]
    fn times_are_rounded_down_to_a_step_that_there_is() {
        let of = |seconds| ColumnValues::value_of(ORIGIN, HOUR, ORIGIN.plus(seconds));
        assert_eq!([0, 3599, 3600, 7199, 7200].map(of), [0, 0, 1, 1, 2].map(Some));
        assert_eq!([255 * 3600 + 3599, 256 * 3600].map(of), [Some(255), None]);
        assert_eq!(ColumnValues::value_of(ORIGIN, HOUR, Time::default()), Some(0));
        assert_eq!(ColumnValues::value_of(ORIGIN, 0, ORIGIN.plus(1)), None);
    }

    #[test]
    fn the_payload_is_as_the_format_says() {
        let column = sample(&[1, 2, 3]);
        let bytes = Document::draft(column.clone()).to_bytes();
        assert_eq!(Document::<Column>::parse(&bytes).unwrap().into_payload(), column);
        let ciborium::Value::Map(members) = ciborium::from_reader(&cbor::to_vec(&column)[..]).unwrap() else {
            panic!("no map")
        };
        let keys: Vec<_> = members.iter().map(|(key, _)| key.as_text().unwrap()).collect();
        let expected = [
            "list", "size", "unit", "column", "format", "issued", "origin", "values", "version",
        ];
        assert_eq!(keys, expected);
    }

    #[test]
    fn a_payload_out_of_bounds_is_no_column() {
        let parsed = |change: fn(&mut Column)| {
            let mut column = sample(&[1, 2, 3]);
            change(&mut column);
            cbor::from_slice::<Column>(&cbor::to_vec(&column))
        };
        assert!(parsed(|_| ()).is_ok());
        assert!(parsed(|column| column.size = MAX_COLUMN_LEN as u64).is_ok());
        assert!(parsed(|column| column.size = MAX_COLUMN_LEN as u64 + 1).is_err());
        assert!(parsed(|column| column.unit = MAX_UNIT).is_ok());
        assert!(parsed(|column| column.unit = MAX_UNIT + 1).is_err());
        assert!(parsed(|column| column.unit = 0).is_err());
        assert!(parsed(|column| (column.unit, column.origin) = (0, Time::default())).is_ok());
        assert!(parsed(|column| column.version = 0).is_err());
        assert!(parsed(|column| column.version = 1 << 53).is_err());
    }

    #[test]
    fn only_the_size_that_it_names_comes_out() {
        let good = sample(&[1, 2, 3]);
        assert!(good.values().is_ok());
        for size in [0, 2, 4, MAX_COLUMN_LEN as u64 + 1, u64::MAX] {
            let error = Column { size, ..good.clone() }.values().unwrap_err();
            assert_eq!(error.reason(), "bad-content", "{size}");
        }
    }

    proptest! {
        #[test]
        fn columns_round_trip(bytes in proptest::collection::vec(any::<u8>(), 0..500)) {
            let read: Column = cbor::from_slice(&cbor::to_vec(&sample(&bytes))).unwrap();
            let values = read.values().unwrap();
            prop_assert_eq!(values.bytes(), &bytes[..]);
            prop_assert_eq!(values.digest(), <[u8; 32]>::from(Sha256::digest(&bytes)));
        }

        #[test]
        fn a_time_comes_back_rounded_down(seconds in 0u64..255 * 3600, unit in 1u32..100_000) {
            let time = ORIGIN.plus(seconds);
            let steps = seconds / u64::from(unit);
            let Some(value) = ColumnValues::value_of(ORIGIN, unit, time) else {
                prop_assert!(steps > 255);
                return Ok(());
            };
            let values = Column { unit, ..sample(&[value]) }.values().unwrap();
            match values.get(0) {
                Some(ColumnValue::Time(back)) => prop_assert!(back <= time && time.since(back) < u64::from(unit)),
                other => prop_assert_eq!((other, steps), (None, 0)),
            }
        }

        #[test]
        fn parsing_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = cbor::from_slice::<Column>(&bytes);
        }
    }
}
