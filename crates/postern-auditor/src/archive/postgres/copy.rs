//! Rows as `COPY … WITH (FORMAT binary)` takes them: each field its length and its bytes, most significant first.

/// The bytes of a copy in the making.
pub(super) struct Copy {
    bytes: Vec<u8>,
}

impl Copy {
    /// With the header: a signature, no flags, no extension.
    pub(super) fn new(capacity: usize) -> Self {
        let mut bytes = Vec::with_capacity(capacity);
        bytes.extend_from_slice(b"PGCOPY\n\xff\r\n\0");
        bytes.extend_from_slice(&[0; 8]);
        Self { bytes }
    }

    /// Begins a row.
    pub(super) fn row(&mut self, fields: i16) {
        self.bytes.extend_from_slice(&fields.to_be_bytes());
    }

    pub(super) fn field(&mut self, bytes: &[u8]) {
        // Fields are leaves and parts of them.
        self.bytes.extend_from_slice(&(bytes.len() as i32).to_be_bytes());
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn optional(&mut self, bytes: Option<&[u8]>) {
        match bytes {
            Some(bytes) => self.field(bytes),
            None => self.bytes.extend_from_slice(&(-1_i32).to_be_bytes()),
        }
    }

    pub(super) fn bigint(&mut self, number: i64) {
        self.field(&number.to_be_bytes());
    }

    pub(super) fn int(&mut self, number: i32) {
        self.field(&number.to_be_bytes());
    }

    pub(super) fn smallint(&mut self, number: i64) {
        self.field(&(number as i16).to_be_bytes());
    }

    /// With the trailer.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.bytes.extend_from_slice(&(-1_i16).to_be_bytes());
        self.bytes
    }
}
