"""`reminderbot classify`: an answer for every line, at once, whatever the line."""

from __future__ import annotations

import json
import os
import subprocess
import sys

COMMAND = [sys.executable, "-m", "reminderbot", "classify"]
STOP = {"id": "s", "channel": "sms", "received": "2026-11-23T10:00:00+00:00", "text": "STOP"}


def answers(given: bytes) -> list[dict[str, object]]:
    done = subprocess.run(COMMAND, input=given, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def test_every_line_is_answered_in_its_place_whatever_it_holds() -> None:
    lines = [json.dumps(STOP).encode(), b"no json", b"[1]", b"\xff\xfe", b'{"id": 4}', json.dumps(STOP).encode()]

    found = answers(b"\n".join(lines) + b"\n")

    assert [a["kinds"] for a in found] == [["opt_out"], ["other"], ["other"], ["other"], ["other"], ["opt_out"]]
    assert all("error" in a and a["needs_human"] for a in found[1:5])
    assert found[4]["id"] == 4


def test_a_last_line_without_its_end_and_a_byte_order_mark_are_read() -> None:
    assert [a["id"] for a in answers(b"\xef\xbb\xbf" + json.dumps(STOP).encode())] == ["s"]


def test_an_answer_comes_before_the_next_line_is_asked() -> None:
    # Python's own way of flushing everything would hide that we do not.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(3):
            process.stdin.write(json.dumps(STOP | {"id": number}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
        assert process.wait(30) == 0


def test_a_reader_that_leaves_ends_it_quietly() -> None:
    many = (json.dumps(STOP) + "\n") * 2000
    shell = f"{sys.executable} -m reminderbot classify | head -n 1"

    done = subprocess.run(["bash", "-c", shell], input=many.encode(), capture_output=True, timeout=60)

    assert len(done.stdout.splitlines()) == 1
    assert b"Traceback" not in done.stderr
