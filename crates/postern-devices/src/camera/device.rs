//! The camera itself.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use v4l::buffer::{Flags, Type};
use v4l::io::mmap::Stream;
use v4l::io::traits::CaptureStream;
use v4l::video::Capture;
use v4l::{Device, Format, FourCC};

use super::pixels::Layout;
use crate::error::DeviceError;
use crate::events::Outlet;
use crate::fd::TICK;
use crate::source::{Source, Step};

/// Pictures that wait in the driver: the fewer, the younger is the next one.
const BUFFERS: u32 = 2;
/// A camera that is silent for so long hangs; it is opened again.
const SILENCE: Duration = Duration::from_secs(5);
/// One tick, as the library takes it.
const TICK_MS: i32 = TICK.as_millis() as i32;

/// What is read, from the best to the least: YUYV at 1280x720 is more than USB 2 carries in time.
const LAYOUTS: [(Layout, [u8; 4]); 3] = [
    (Layout::Grey, *b"GREY"),
    (Layout::Jpeg, *b"MJPG"),
    (Layout::Yuyv, *b"YUYV"),
];

/// A camera that is streaming.
pub(super) struct Camera {
    stream: Stream<'static>,
    path: PathBuf,
    format: Format,
    layout: Layout,
    /// When the last picture came.
    last: Instant,
    is_streaming: bool,
}

impl Camera {
    pub(super) fn open(path: &Path, width: u32, height: u32) -> Result<Self, DeviceError> {
        let fail = |error: io::Error| DeviceError::from_io(path.display(), error);
        let not_such = || DeviceError::NotSuch {
            device: path.display().to_string(),
            kind: "camera",
        };
        let device = Device::with_path(path).map_err(fail)?;
        // A device that is no camera answers nothing.
        let offered = device.enum_formats().map_err(|_| not_such())?;
        let has = |(_, code): &(Layout, [u8; 4])| offered.iter().any(|format| format.fourcc.repr == *code);
        let Some((layout, code)) = LAYOUTS.into_iter().find(has) else {
            let names: Vec<String> = offered.iter().map(|format| format.fourcc.to_string()).collect();
            return Err(match names.is_empty() {
                true => not_such(),
                false => DeviceError::UnsupportedFormat {
                    format: names.join(" "),
                },
            });
        };
        let asked = Format::new(width, height, FourCC::new(&code));
        let format = device.set_format(&asked).map_err(fail)?;
        if format.fourcc.repr != code {
            return Err(DeviceError::UnsupportedFormat {
                format: format.fourcc.to_string(),
            });
        }
        let mut stream = Stream::with_buffers(&device, Type::VideoCapture, BUFFERS).map_err(fail)?;
        // Only the first picture is waited for within the library: see `step`.
        stream.set_timeout(SILENCE);
        Ok(Self {
            stream,
            path: path.to_owned(),
            format,
            layout,
            last: Instant::now(),
            is_streaming: false,
        })
    }
}

impl Source for Camera {
    fn step(&mut self, outlet: &Outlet) -> Result<Step, DeviceError> {
        let device = || self.path.display().to_string();
        let fail = |error: io::Error| DeviceError::from_io(device(), error);
        // The library gives the driver a second buffer for each call, whether a picture came or not: so it is only called
        // when there is one. The first call starts the stream, and there is nothing to wait for before it.
        if self.is_streaming
            && self
                .stream
                .handle()
                .poll(PollFlags::IN.bits() as i16, TICK_MS)
                .map_err(fail)?
                == 0
        {
            return match self.last.elapsed() >= SILENCE {
                true => Err(DeviceError::Silent { device: device() }),
                false => Ok(Step::GoOn),
            };
        }
        self.is_streaming = true;
        let (buffer, data) = self.stream.next().map_err(|error| match error.kind() {
            io::ErrorKind::TimedOut => DeviceError::Silent { device: device() },
            _ => fail(error),
        })?;
        self.last = Instant::now();
        let used = usize::try_from(data.bytesused).unwrap_or(usize::MAX).min(buffer.len());
        let [width, height, stride] = [self.format.width, self.format.height, self.format.stride].map(|n| n as usize);
        if !data.flags.contains(Flags::ERROR)
            && let Some(picture) = self.layout.picture(&buffer[..used], width, height, stride)
        {
            outlet.give_latest(picture);
        }
        Ok(Step::GoOn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_camera_is_not_opened() {
        let reason = |path: &str| {
            Camera::open(Path::new(path), 640, 480)
                .err()
                .map(|error| error.reason())
        };
        assert_eq!(reason("/nonexistent"), Some("device-missing"));
        assert_eq!(reason("/dev/null"), Some("device-not-such"));
    }
}
