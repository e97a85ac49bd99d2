"""The code of our messages, from the repository's own proto files."""

import importlib
import sys
import tempfile
from pathlib import Path

from grpc_tools import protoc
from seen import same

PROTO = Path(__file__).resolve().parents[3] / "gateway/protocol/proto"
INFERENCE = "reckon/gateway/v1/inference.proto"

generated = tempfile.TemporaryDirectory()
options = [f"-I{PROTO}", f"--python_out={generated.name}", f"--grpc_python_out={generated.name}"]
same(protoc.main(["protoc", *options, str(PROTO / INFERENCE)]), 0, "protoc's status")
sys.path.insert(0, generated.name)
v1 = importlib.import_module("reckon.gateway.v1.inference_pb2")
services = importlib.import_module("reckon.gateway.v1.inference_pb2_grpc")
