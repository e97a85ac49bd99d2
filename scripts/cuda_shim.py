#!/usr/bin/env python3
"""Makes stand-ins for NVIDIA's libraries, so that a worker built with CUDA starts without a driver.

  scripts/cuda_shim.py CUDARC_SOURCES OUT LIBCUDART_STATIC

candle links NVIDIA's libraries by name, and a program that names a library does not start where it is
missing. So for each of them OUT gets a static library of the same name: every function is a jump
through a table, and a constructor fills the table from the real library if the machine has one.
Without it, every function returns the library's own "not available" code, which candle reports as an
error like any other. The functions are those that cudarc, the layer below candle, knows.
"""

import re
import subprocess
import sys
from pathlib import Path

# Library: cudarc's module, file names by preference, what a call returns when there is none.
LIBRARIES = {
    "cuda": ("driver", ["libcuda.so.1"], 100),  # CUDA_ERROR_NO_DEVICE
    "cublas": ("cublas", ["libcublas.so.13", "libcublas.so.12"], 1),  # ..._NOT_INITIALIZED
    "cublasLt": ("cublaslt", ["libcublasLt.so.13", "libcublasLt.so.12"], 1),  # the same
    "curand": ("curand", ["libcurand.so.10"], 203),  # CURAND_STATUS_INITIALIZATION_FAILED
    "nvrtc": ("nvrtc", ["libnvrtc.so.13", "libnvrtc.so.12"], 11),  # NVRTC_ERROR_INTERNAL_ERROR
}

# These return a C string and no code.
RETURNS_TEXT = re.compile(r"cublas(Lt)?GetStatus(Name|String)|nvrtcGetErrorString")

LOADER = r"""
#include <dlfcn.h>
#include <stddef.h>

extern void *{lib}_shim_table[] __attribute__((visibility("hidden")));
static const char *const names[] = {{ {names}, NULL }};

long {lib}_shim_absent(void) __attribute__((visibility("hidden")));
long {lib}_shim_absent(void) {{ return {code}; }}
const char *{lib}_shim_absent_text(void) __attribute__((visibility("hidden")));
const char *{lib}_shim_absent_text(void) {{ return "lib{lib} is not on this machine"; }}

__attribute__((constructor)) static void load(void) {{
	/* Without the driver the others are of no use, and big. */
	if (!dlopen("libcuda.so.1", RTLD_NOW | RTLD_GLOBAL)) return;
	static const char *const files[] = {{ {files}, NULL }};
	void *library = NULL;
	for (size_t i = 0; files[i] && !library; i++) library = dlopen(files[i], RTLD_NOW | RTLD_GLOBAL);
	if (!library) return;
	/* An older library may lack some functions; calling those still returns the code. */
	for (size_t i = 0; names[i]; i++) {{
		void *function = dlsym(library, names[i]);
		if (function) {lib}_shim_table[i] = function;
	}}
}}
"""


def assembly(lib, functions):
    """The table and the jumps through it. Plain `jmp`: arguments stay wherever they are."""
    lines = [
        '.section .note.GNU-stack,"",@progbits',
        ".data",
        ".p2align 3",
        f".globl {lib}_shim_table",
        f".hidden {lib}_shim_table",
        f"{lib}_shim_table:",
    ]
    for function in functions:
        suffix = "_text" if RETURNS_TEXT.fullmatch(function) else ""
        lines.append(f"\t.quad {lib}_shim_absent{suffix}")
    lines.append(".text")
    for index, function in enumerate(functions):
        lines += [
            f".globl {function}",
            f".hidden {function}",
            f".type {function}, @function",
            f"{function}:",
            f"\tjmp *{lib}_shim_table+{8 * index}(%rip)",
        ]
    return "\n".join(lines) + "\n"


def quoted(words):
    return ", ".join(f'"{word}"' for word in words)


def run(*command):
    subprocess.run([str(word) for word in command], check=True)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sources, out, cudart = (Path(argument) for argument in sys.argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    for lib, (module, files, code) in LIBRARIES.items():
        text = (sources / "src" / module / "sys" / "mod.rs").read_text()
        functions = sorted(set(re.findall(r'load::<_F>\("(\w+)"\)', text)))
        if not functions:
            sys.exit(f"cuda_shim: no functions of {lib} found in {sources}: did cudarc change?")
        (out / f"{lib}.S").write_text(assembly(lib, functions))
        loader = LOADER.format(lib=lib, code=code, names=quoted(functions), files=quoted(files))
        (out / f"{lib}.c").write_text(loader)
        # One object, so that whoever needs a function gets the constructor too.
        run("gcc", "-c", "-fPIC", out / f"{lib}.S", "-o", out / f"{lib}_jumps.o")
        run("gcc", "-c", "-fPIC", "-O2", out / f"{lib}.c", "-o", out / f"{lib}_loader.o")
        run("ld", "-r", out / f"{lib}_jumps.o", out / f"{lib}_loader.o", "-o", out / f"{lib}_shim.o")
        archive = out / f"lib{lib}.a"
        archive.unlink(missing_ok=True)
        run("ar", "rcs", archive, out / f"{lib}_shim.o")
        print(f"cuda_shim: lib{lib}: {len(functions)} functions")
    # CUDA's own small runtime is meant to be linked statically; its name is asked for as a dynamic one.
    (out / "libcudart.so").write_text(f"INPUT({cudart})\n")


if __name__ == "__main__":
    main()
