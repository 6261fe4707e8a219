//! Video4Linux cameras, with the feature `v4l2`.

#[cfg(all(target_os = "linux", feature = "v4l2"))]
mod device;
#[cfg(any(test, all(target_os = "linux", feature = "v4l2")))]
mod pixels;

use std::path::Path;

use crate::error::DeviceError;
use crate::source::Source;

/// Whether this kind is in this program.
pub(crate) const IS_BUILT: bool = cfg!(all(target_os = "linux", feature = "v4l2"));

#[cfg(all(target_os = "linux", feature = "v4l2"))]
pub(crate) fn open(path: &Path, width: u32, height: u32) -> Result<Box<dyn Source>, DeviceError> {
    Ok(Box::new(device::Camera::open(path, width, height)?))
}

#[cfg(not(all(target_os = "linux", feature = "v4l2")))]
pub(crate) fn open(_path: &Path, _width: u32, _height: u32) -> Result<Box<dyn Source>, DeviceError> {
    Err(DeviceError::NotBuilt { kind: "camera" })
}
