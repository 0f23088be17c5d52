import socket

import pytest

from shunda.runtime import ports


def test_a_port_in_use_is_passed_over_for_the_next_free_one():
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        assert not ports.is_free(taken)
        assert ports.next_free(taken) > taken
    assert ports.next_free(taken) == taken


def test_no_free_port_is_said_with_the_range_that_was_tried():
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        with pytest.raises(ports.NoFreePortError, match=str(taken)):
            ports.next_free(taken, tries=1)


def test_a_private_port_lies_below_those_of_outgoing_connections():
    assert ports.private_port() in ports.PRIVATE_RANGE
