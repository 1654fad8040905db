"""Whether a service answers: exit status 0 if so. Dagster is not imported, which would take seconds each time."""

import sys
from urllib.request import urlopen

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

TIMEOUT = 5


def code_server_serves() -> bool:
    """Whether the code server answers gRPC's own question after its health."""
    with grpc.insecure_channel("127.0.0.1:4000") as channel:
        question = health_pb2.HealthCheckRequest(service="DagsterApi")
        answer = health_pb2_grpc.HealthStub(channel).Check(question, timeout=TIMEOUT)
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def answers(url: str) -> bool:
    """Whether a web server answers with success."""
    with urlopen(url, timeout=TIMEOUT) as answer:  # noqa: S310 - an address of this container
        return bool(answer.status == 200)


try:
    healthy = code_server_serves() if sys.argv[1] == "code" else answers(sys.argv[1])
except (grpc.RpcError, OSError) as error:
    sys.exit(f"no answer: {error.details() if isinstance(error, grpc.RpcError) else error}")
sys.exit(not healthy)
