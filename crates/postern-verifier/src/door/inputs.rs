//! Everything that happens at a door, as one queue: texts, documents, faults, commands, keys.
//!
//! Sources of lines and sources of pictures have a thread each, so that a picture that is hard to read delays no scanner.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use postern_core::document::{Assembler, Line, Reading};
use postern_devices::calibrate::Mend;
use postern_devices::{BadLine, DeviceError, Picture, Reads, Sources, Spec, SpecFault, What};
use postern_log::Source;
use postern_qr::process::Effort;

use super::command::{Command, Commands, NotACommand};
use crate::Program;
use crate::config::{ReaderConfig, SourceConfig};
use crate::error::Error;
use crate::fault::Fault;
use crate::judged::Origin;
use crate::pictures::PictureReader;

/// How many inputs wait for the door before their sources do.
const QUEUE: usize = 64;
/// How long a thread waits for its sources before it looks whether the door is still there.
const LOOK: Duration = Duration::from_millis(500);
/// The most texts that are remembered as still before a camera.
const MAX_BEFORE_CAMERA: usize = 64;

/// What happens at a door. It cannot be printed: a document's number is in it.
pub(crate) enum Input {
    /// A line that staff or a controller wrote.
    Command(Result<Command, NotACommand>),
    /// A document was read.
    Document(Reading, Origin),
    /// A source ended: nothing more comes from it.
    Ended,
    /// Something could not be read.
    Fault(Origin, Fault),
    /// A key that a person pressed.
    Key(postern_screen::Key),
    /// A source came, or went for a reason.
    Source { name: String, lost: Option<DeviceError> },
    /// The system, or the terminal, wants the end.
    Stop,
    /// A text that may be a code.
    Text(String, Source, Origin),
}

/// The queue, and the sources that fill it.
pub(crate) struct Inputs {
    sender: SyncSender<Input>,
    receiver: Receiver<Input>,
    /// Sources that can end and have not.
    open: usize,
    /// Sources that never end.
    endless: usize,
}

impl Inputs {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        let (sender, receiver) = sync_channel(QUEUE);
        Self {
            sender,
            receiver,
            open: 0,
            endless: 0,
        }
    }

    /// Where others put what they have.
    pub(crate) fn sender(&self) -> SyncSender<Input> {
        self.sender.clone()
    }

    /// The next input, if one comes within `wait`.
    pub(crate) fn next(&self, wait: Duration) -> Option<Input> {
        // It cannot be disconnected while a sender is kept here.
        self.receiver.recv_timeout(wait).ok()
    }

    /// A source ended. Whether nothing can come any more.
    pub(crate) fn ended(&mut self) -> bool {
        self.open = self.open.saturating_sub(1);
        self.open == 0 && self.endless == 0
    }

    /// Starts the sources. Where there are commands, lines of standard input are looked at for them first.
    ///
    /// # Errors
    ///
    /// [`Error::Device`] where two sources are one device, or a kind is not in this program.
    pub(crate) fn start(
        &mut self,
        sources: &[SourceConfig],
        commands: Option<Commands>,
        program: &Program,
        config: ReaderConfig,
    ) -> Result<(), Error> {
        // Each of the two threads below looks at its own ones only.
        for (n, source) in sources.iter().enumerate() {
            if sources[..n]
                .iter()
                .any(|other| other.from.kind.is_same_device(&source.from.kind))
            {
                let source = source.from.to_string();
                return Err(Error::Device(SpecFault::TwiceSource { source }.into()));
            }
        }
        let (typed, pictures): (Vec<_>, Vec<_>) =
            sources.iter().cloned().partition(|source| source.from.kind.is_typed());
        for source in sources {
            match source.from.kind.is_stdin() {
                true => self.open += 1,
                false => self.endless += 1,
            }
        }
        if !typed.is_empty() || commands.is_some() {
            let typist = Typist::new(typed, commands, self.sender())?;
            thread::spawn(move || typist.run());
        }
        if !pictures.is_empty() {
            let reader = PictureReader::new(program, config.budget());
            let watcher = Watcher::new(pictures, self.sender(), reader, config)?;
            thread::spawn(move || watcher.run());
        }
        Ok(())
    }

    /// Starts to listen to the keyboard. What is typed too fast for a person is a line of `source`, if it is one.
    pub(crate) fn keyboard(&mut self, mut keys: postern_screen::Keys, source: Option<SourceConfig>) {
        self.endless += 1;
        let to = self.sender();
        let mut typed = source.map(Typed::new);
        thread::spawn(move || {
            loop {
                let inputs = match keys.next(LOOK) {
                    Some(postern_screen::Input::Key(key)) => vec![Input::Key(key)],
                    Some(postern_screen::Input::Line(line)) => {
                        typed.as_mut().map(|typed| typed.line(&line)).unwrap_or_default()
                    }
                    Some(postern_screen::Input::Stop) => vec![Input::Stop],
                    Some(postern_screen::Input::TooLong) => typed.as_ref().map(Typed::too_long).into_iter().collect(),
                    Some(postern_screen::Input::Unended(_)) => typed.as_ref().map(Typed::unended).into_iter().collect(),
                    _ => typed.as_mut().and_then(Typed::late).into_iter().collect(),
                };
                let ends = inputs.iter().any(|input| matches!(input, Input::Stop));
                if inputs.into_iter().any(|input| to.send(input).is_err()) || ends {
                    return;
                }
            }
        });
    }
}

/// The thread of the sources that type.
struct Typist {
    sources: Sources,
    typed: Vec<Typed>,
    commands: Option<Commands>,
    to: SyncSender<Input>,
}

/// A source of lines.
struct Typed {
    name: String,
    mend: Option<Mend>,
    /// What puts the lines of a document together, where the source may read documents.
    documents: Option<Assembler>,
    codes: bool,
    stdin: bool,
    /// Lines so far.
    number: u64,
    /// When the last line of a document that is not whole came.
    begun: Option<Instant>,
}

/// A document's next line comes within this time, or does not belong to it.
const NEXT_LINE: Duration = Duration::from_secs(2);

impl Typed {
    fn new(source: SourceConfig) -> Self {
        Self {
            name: source.from.to_string(),
            mend: source.mend,
            documents: (source.from.reads != Reads::Codes).then(Assembler::new),
            codes: source.from.reads != Reads::Documents,
            stdin: source.from.kind.is_stdin(),
            number: 0,
            begun: None,
        }
    }

    fn origin(&self) -> Origin {
        match self.stdin {
            true => Origin {
                line: Some(self.number),
                ..Origin::default()
            },
            false => Origin {
                device: Some(self.name.clone()),
                ..Origin::default()
            },
        }
    }

    /// What a line comes to: most often one thing, and none within a document of several lines.
    fn line(&mut self, text: &str) -> Vec<Input> {
        let mut inputs: Vec<Input> = self.late().into_iter().collect();
        self.number += 1;
        let text = self.mend.as_ref().map_or(text.into(), |mend| mend.apply(text));
        let read = self.documents.as_mut().map(|documents| documents.line(&text));
        let given_up = read.as_ref().and_then(|read| read.given_up);
        inputs.extend(given_up.map(|error| Input::Fault(self.origin(), Fault::Document(error))));
        match read.map_or(Line::NotADocument, |read| read.line) {
            Line::Bad(error) => inputs.push(Input::Fault(self.origin(), Fault::Document(error))),
            Line::Document(document) => inputs.push(Input::Document(document, self.origin())),
            Line::More => self.begun = Some(Instant::now()),
            Line::NotADocument if self.codes => {
                inputs.push(Input::Text(text.into_owned(), Source::Scanner, self.origin()));
            }
            Line::NotADocument => inputs.push(Input::Fault(self.origin(), Fault::NotADocument)),
        }
        inputs
    }

    fn too_long(&self) -> Input {
        Input::Fault(self.origin(), Fault::Typed(BadLine::TooLong))
    }

    fn unended(&self) -> Input {
        Input::Fault(self.origin(), Fault::NoEnd)
    }

    /// A document of which the rest did not come in time.
    fn late(&mut self) -> Option<Input> {
        self.begun.take_if(|begun| begun.elapsed() > NEXT_LINE)?;
        let error = self.documents.as_mut()?.give_up()?;
        Some(Input::Fault(self.origin(), Fault::Document(error)))
    }
}

impl Typist {
    fn new(typed: Vec<SourceConfig>, commands: Option<Commands>, to: SyncSender<Input>) -> Result<Self, Error> {
        let mut specs: Vec<Spec> = typed.iter().map(|source| source.from.clone()).collect();
        let mut typed: Vec<Typed> = typed.into_iter().map(Typed::new).collect();
        // Commands need standard input where no source reads it.
        if commands.is_some() && !typed.iter().any(|typed| typed.stdin) {
            let spec = Spec::new(postern_devices::Kind::Stdin);
            typed.push(Typed {
                codes: false,
                documents: None,
                ..Typed::new(SourceConfig {
                    from: spec.clone(),
                    mend: None,
                })
            });
            specs.push(spec);
        }
        Ok(Self {
            sources: Sources::start(&specs).map_err(Error::Device)?,
            typed,
            commands,
            to,
        })
    }

    /// Until the door is gone.
    fn run(mut self) {
        loop {
            let Some(event) = self.sources.recv_timeout(LOOK) else {
                let late: Vec<Input> = self.typed.iter_mut().filter_map(Typed::late).collect();
                if late.into_iter().any(|input| self.to.send(input).is_err()) {
                    return;
                }
                continue;
            };
            let typed = &mut self.typed[event.source];
            let only_commands = !typed.codes && typed.documents.is_none();
            let inputs = match event.what {
                What::Line(line) => {
                    let command = self
                        .commands
                        .as_ref()
                        .filter(|_| typed.stdin)
                        .and_then(|c| c.read(&line.text));
                    match command {
                        Some(command) => vec![Input::Command(command)],
                        None if only_commands => Vec::new(),
                        None => typed.line(&line.text),
                    }
                }
                What::BadLine(why) => {
                    typed.number += 1;
                    vec![Input::Fault(typed.origin(), Fault::Typed(why))]
                }
                What::End if only_commands => Vec::new(),
                What::End => vec![Input::Ended],
                What::Lost { .. } | What::Ready if typed.stdin => Vec::new(),
                What::Lost { reason } => vec![Input::Source {
                    name: typed.name.clone(),
                    lost: Some(reason),
                }],
                What::Ready => vec![Input::Source {
                    name: typed.name.clone(),
                    lost: None,
                }],
                _ => Vec::new(),
            };
            if inputs.into_iter().any(|input| self.to.send(input).is_err()) {
                return;
            }
        }
    }
}

/// The thread of the sources of pictures, and of the reader that reads them.
struct Watcher {
    sources: Sources,
    names: Vec<String>,
    streams: Vec<Stream>,
    reader: PictureReader,
    config: ReaderConfig,
    to: SyncSender<Input>,
}

/// What is before a camera.
#[derive(Default)]
struct Stream {
    frames: u32,
    /// The last frame could not be read at all, and that was told.
    failing: bool,
    /// Texts, and when each was seen last.
    before: HashMap<String, Instant>,
}

impl Stream {
    /// Whether a text has just come into view.
    fn is_new(&mut self, text: &str, repeat: Duration) -> bool {
        let now = Instant::now();
        self.before.retain(|_, seen| now.duration_since(*seen) < repeat);
        if self.before.len() >= MAX_BEFORE_CAMERA {
            self.before.clear();
        }
        self.before.insert(text.to_owned(), now).is_none()
    }

    /// Every so often a frame is searched thoroughly.
    fn effort(&mut self, whole_every: u32) -> Effort {
        self.frames = self.frames.wrapping_add(1);
        match self.frames.is_multiple_of(whole_every) {
            true => Effort::Whole,
            false => Effort::Glance,
        }
    }
}

impl Watcher {
    fn new(
        pictures: Vec<SourceConfig>,
        to: SyncSender<Input>,
        reader: PictureReader,
        config: ReaderConfig,
    ) -> Result<Self, Error> {
        let specs: Vec<Spec> = pictures.into_iter().map(|source| source.from).collect();
        Ok(Self {
            names: specs.iter().map(ToString::to_string).collect(),
            streams: specs.iter().map(|_| Stream::default()).collect(),
            sources: Sources::start(&specs).map_err(Error::Device)?,
            reader,
            config,
            to,
        })
    }

    /// Until the door is gone.
    fn run(mut self) {
        loop {
            let Some(event) = self.sources.recv_timeout(LOOK) else {
                continue;
            };
            let name = &self.names[event.source];
            let inputs = match event.what {
                What::Picture { name: file, picture } => self.picture(event.source, file, &picture),
                What::BadPicture { name: file, why } => {
                    let origin = Origin {
                        file: Some(file),
                        ..Origin::default()
                    };
                    vec![Input::Fault(origin, Fault::BadPicture(why))]
                }
                What::End => vec![Input::Ended],
                What::Lost { reason } => vec![Input::Source {
                    name: name.clone(),
                    lost: Some(reason),
                }],
                What::Ready => vec![Input::Source {
                    name: name.clone(),
                    lost: None,
                }],
                _ => Vec::new(),
            };
            if inputs.into_iter().any(|input| self.to.send(input).is_err()) {
                return;
            }
        }
    }

    /// The codes of a picture. A stream's frame without a code is nothing to tell; a file without one is a fault.
    fn picture(&mut self, source: usize, file: Option<PathBuf>, picture: &Picture) -> Vec<Input> {
        let stream = &mut self.streams[source];
        let is_file = file.is_some();
        let effort = match is_file {
            true => Effort::Whole,
            false => stream.effort(self.config.whole_every),
        };
        let device = (!is_file).then(|| self.names[source].clone());
        let origin = Origin {
            file,
            device,
            ..Origin::default()
        };
        match self.reader.picture(picture, effort) {
            // A stream's frame without a code is nothing to tell; a reader that cannot be started is told once.
            Err(Fault::NoCode { .. }) if !is_file => {
                stream.failing = false;
                Vec::new()
            }
            Err(_) if !is_file && std::mem::replace(&mut stream.failing, true) => Vec::new(),
            Err(fault) => vec![Input::Fault(origin, fault)],
            Ok(outcome) => {
                stream.failing = false;
                let repeat = self.config.repeat();
                let texts = outcome.texts.into_iter().map(|found| found.text);
                texts
                    .filter(|text| is_file || stream.is_new(text, repeat))
                    .map(|text| Input::Text(text, Source::Picture, origin.clone()))
                    .collect()
            }
        }
    }
}
