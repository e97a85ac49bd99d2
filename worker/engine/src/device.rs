//! Where to compute.

use std::{fmt, path::Path, str::FromStr};

use crate::error::DeviceError;

/// What the operator asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Requested {
	/// The first GPU if there is one, else the CPU.
	#[default]
	Auto,
	/// The CPU, whatever else is there.
	Cpu,
	/// The NVIDIA GPU with this number.
	Cuda(usize),
}

impl FromStr for Requested {
	type Err = DeviceError;

	fn from_str(name: &str) -> Result<Self, DeviceError> {
		match name {
			"auto" => Ok(Self::Auto),
			"cpu" => Ok(Self::Cpu),
			"cuda" => Ok(Self::Cuda(0)),
			other => other
				.strip_prefix("cuda:")
				.and_then(|index| index.parse().ok())
				.map(Self::Cuda)
				.ok_or_else(|| DeviceError::Unknown(other.chars().take(32).collect())),
		}
	}
}

/// A device to load models on.
#[derive(Debug, Clone)]
pub struct Device {
	pub(crate) inner: candle_core::Device,
	name: String,
}

impl Device {
	/// The CPU.
	pub fn cpu() -> Self {
		Self { inner: candle_core::Device::Cpu, name: "cpu".into() }
	}

	/// Opens what was asked for.
	///
	/// # Errors
	/// `Auto` never falls back to the CPU beside a GPU that this build can't drive: a provider
	/// would earn a hundredth of what the machine can do and not see why.
	pub fn select(requested: Requested) -> Result<Self, DeviceError> {
		select_with(requested, cfg!(feature = "cuda"), gpu_evidence())
	}

	/// Whether the device is the host's CPU.
	pub fn is_cpu(&self) -> bool {
		self.inner.is_cpu()
	}
}

impl fmt::Display for Device {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&self.name)
	}
}

/// The decision, apart from the machine and the build it is made on.
fn select_with(
	requested: Requested,
	has_cuda: bool,
	gpu: Option<String>,
) -> Result<Device, DeviceError> {
	match (requested, gpu) {
		(Requested::Cpu, _) | (Requested::Auto, None) => Ok(Device::cpu()),
		(Requested::Auto, Some(_)) if has_cuda => open_cuda(0),
		(Requested::Auto, Some(evidence)) => {
			Err(DeviceError::GpuPresentButBuildIsCpuOnly { evidence })
		},
		(Requested::Cuda(index), _) if has_cuda => open_cuda(index),
		(Requested::Cuda(index), _) => Err(DeviceError::NoCudaInThisBuild(index)),
	}
}

fn open_cuda(index: usize) -> Result<Device, DeviceError> {
	let inner = candle_core::Device::new_cuda(index)
		.map_err(|error| DeviceError::Unavailable { index, reason: error.to_string() })?;
	Ok(Device { inner, name: format!("cuda:{index}") })
}

/// A file that only exists where an NVIDIA driver sees a GPU.
fn gpu_evidence() -> Option<String> {
	let listed = "/proc/driver/nvidia/gpus";
	let has_entry =
		|dir: &str| Path::new(dir).read_dir().is_ok_and(|mut entries| entries.next().is_some());
	if has_entry(listed) {
		return Some(listed.into());
	}
	Path::new("/dev/nvidia0").exists().then(|| "/dev/nvidia0".into())
}

#[cfg(test)]
mod tests {
	use super::*;

	fn seen() -> Option<String> {
		Some("/dev/nvidia0".into())
	}

	#[test]
	fn auto_should_refuse_the_cpu_when_a_gpu_is_present_and_the_build_has_no_cuda() {
		let error = select_with(Requested::Auto, false, seen()).unwrap_err();
		assert!(matches!(error, DeviceError::GpuPresentButBuildIsCpuOnly { .. }));
		let text = error.to_string();
		assert!(text.contains("--device cpu") && text.contains("cuda build"), "{text}");
	}

	#[test]
	fn auto_should_use_the_cpu_when_there_is_no_gpu() {
		assert!(select_with(Requested::Auto, false, None).unwrap().is_cpu());
		assert!(select_with(Requested::Auto, true, None).unwrap().is_cpu());
	}

	#[test]
	fn cpu_should_be_used_when_it_was_asked_for_beside_a_gpu() {
		assert!(select_with(Requested::Cpu, false, seen()).unwrap().is_cpu());
	}

	#[test]
	fn cuda_should_be_refused_when_the_build_has_none() {
		let error = select_with(Requested::Cuda(1), false, seen()).unwrap_err();
		assert!(matches!(error, DeviceError::NoCudaInThisBuild(1)));
	}

	#[test]
	fn requested_should_parse_device_names() {
		assert_eq!("cuda:3".parse::<Requested>().unwrap(), Requested::Cuda(3));
		assert_eq!("auto".parse::<Requested>().unwrap(), Requested::Auto);
		assert!("cuda:x".parse::<Requested>().is_err());
		assert!("gpu".parse::<Requested>().is_err());
	}
}
