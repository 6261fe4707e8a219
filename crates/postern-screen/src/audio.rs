//! Tones on the system's sound device.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{FromSample, I24, SampleFormat, SizedSample, StreamConfig};

use crate::sound::Chime;

/// Longer than any chime, so that the end of a tone is not cut off by the device's buffer.
const TAIL: Duration = Duration::from_millis(200);
/// Rise and fall of a tone, in seconds: without them each would begin and end with a click.
const RAMP: f32 = 0.008;

/// One tone: start and end in seconds, pitch in hertz.
type Tone = (f32, f32, f32);

/// The tones of each: rising for good news, falling and low for bad, and a siren for a fault.
fn tones(chime: Chime) -> &'static [Tone] {
    match chime {
        Chime::Admit => &[(0.0, 0.09, 1047.0), (0.09, 0.22, 1568.0)],
        Chime::Fault => &[
            (0.0, 0.12, 700.0),
            (0.18, 0.3, 1100.0),
            (0.36, 0.48, 700.0),
            (1.0, 1.4, 1100.0),
        ],
        Chime::Refer => &[(0.0, 0.16, 784.0), (0.3, 0.46, 784.0)],
        Chime::Refuse => &[(0.0, 0.45, 220.0), (0.7, 1.15, 196.0), (1.4, 1.85, 175.0)],
    }
}

/// The sound device of the moment: it is opened for each chime, so that one that is plugged in again is heard again.
pub(crate) struct Device {
    /// Keeps ALSA's messages off the screen, as long as it lives on this thread.
    #[cfg(target_os = "linux")]
    _quiet: Option<std::rc::Rc<std::cell::RefCell<alsa::Output>>>,
}

impl Device {
    pub(crate) fn new() -> Self {
        Self {
            #[cfg(target_os = "linux")]
            _quiet: alsa::Output::local_error_handler().ok(),
        }
    }

    /// Plays until the chime is over or `sleep_until` says that something newer came.
    pub(crate) fn play(&mut self, chime: Chime, sleep_until: impl Fn(Instant) -> bool) -> Result<(), String> {
        let device = cpal::default_host()
            .default_output_device()
            .ok_or("there is no sound device")?;
        let config = device.default_output_config().map_err(|error| error.to_string())?;
        let failed = Arc::new(Mutex::new(None));
        let format = config.sample_format();
        let open = match format {
            SampleFormat::F32 => open::<f32>,
            SampleFormat::I16 => open::<i16>,
            SampleFormat::I24 => open::<I24>,
            SampleFormat::I32 => open::<i32>,
            SampleFormat::U8 => open::<u8>,
            SampleFormat::U16 => open::<u16>,
            other => return Err(format!("the sound device wants samples of the format {other}")),
        };
        let stream = open(&device, config.into(), chime, Arc::clone(&failed)).map_err(|error| error.to_string())?;
        stream.play().map_err(|error| error.to_string())?;
        let length = tones(chime).iter().map(|(_, end, _)| *end).fold(0.0, f32::max);
        sleep_until(Instant::now() + Duration::from_secs_f32(length) + TAIL);
        match failed.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

fn open<T: SizedSample + FromSample<f32>>(
    device: &cpal::Device,
    config: StreamConfig,
    chime: Chime,
    failed: Arc<Mutex<Option<String>>>,
) -> Result<cpal::Stream, cpal::Error> {
    let (rate, channels) = (config.sample_rate as f32, usize::from(config.channels).max(1));
    let mut played = 0u32;
    let fill = move |frames: &mut [T], _: &cpal::OutputCallbackInfo| {
        for frame in frames.chunks_mut(channels) {
            frame.fill(T::from_sample(sample(tones(chime), played as f32 / rate)));
            played = played.saturating_add(1);
        }
    };
    let note = move |error: cpal::Error| {
        // The others do not end the sound.
        if matches!(
            error.kind(),
            cpal::ErrorKind::DeviceNotAvailable | cpal::ErrorKind::StreamInvalidated
        ) {
            *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
        }
    };
    device.build_output_stream(config, fill, note, None)
}

/// The sample at a time, from -1 to 1.
fn sample(tones: &[Tone], time: f32) -> f32 {
    tones
        .iter()
        .filter(|(start, end, _)| (*start..*end).contains(&time))
        .map(|(start, end, pitch)| {
            let ramp = ((time - start) / RAMP).min((end - time) / RAMP).clamp(0.0, 1.0);
            0.6 * ramp * (std::f32::consts::TAU * pitch * (time - start)).sin()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tones_sound_and_end_without_a_click() {
        for chime in Chime::ALL {
            for (start, end, pitch) in tones(chime) {
                assert!(start < end && (100.0..4000.0).contains(pitch), "{chime:?}");
                assert!(sample(tones(chime), end - 1e-4).abs() < 0.05, "{chime:?}");
            }
            let samples: Vec<f32> = (0..48_000 * 2)
                .map(|at| sample(tones(chime), at as f32 / 48_000.0))
                .collect();
            assert!(samples.iter().all(|sample| sample.abs() <= 1.0));
            assert!(samples.iter().any(|sample| sample.abs() > 0.5), "{chime:?} is silent");
        }
    }
}
