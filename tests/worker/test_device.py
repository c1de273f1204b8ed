# SPDX-License-Identifier: GPL-3.0-or-later
"""The choice of the device, and every form of "no memory left"."""

from __future__ import annotations

import errno

import pytest

torch = pytest.importorskip("torch")

from triposr_addon.worker import failures  # noqa: E402 - after the check that torch is there
from triposr_addon.worker.device import (  # noqa: E402
    choose_device,
    device_name,
    extraction_device,
    memory_bytes,
    naming_out_of_memory,
)

pytestmark = pytest.mark.torch

CPU = torch.device("cpu")


def test_auto_gives_a_device_that_computes() -> None:
    device = choose_device("auto")
    assert (torch.ones(3, device=device) + 1).sum().item() == 6
    assert device_name(device)


def test_the_processor_can_always_be_chosen() -> None:
    assert choose_device("cpu") == CPU
    assert memory_bytes(CPU) > 1 << 28


@pytest.mark.parametrize("name", ["cuda:99", "quantum", "", "meta", "xpu", "cpu:x"])
def test_a_device_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(failures.DeviceUnavailable):
        choose_device(name)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_cuda_without_a_card_is_named() -> None:
    with pytest.raises(failures.DeviceUnavailable):
        choose_device("cuda")


def allocate_too_much() -> None:
    torch.empty(1 << 60, dtype=torch.uint8)


def raise_memory_error() -> None:
    raise MemoryError


def raise_cuda_out_of_memory() -> None:
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 1024.00 GiB.")


def raise_mps_out_of_memory() -> None:
    raise RuntimeError("MPS backend out of memory (MPS allocated: 8.00 GB)")


def raise_cublas_without_workspace() -> None:
    raise RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`")


def raise_no_room_to_map_a_file() -> None:
    raise OSError(errno.ENOMEM, "Cannot allocate memory")


def raise_windows_without_a_paging_file() -> None:
    raise OSError("The paging file is too small for this operation to complete. (os error 1455)")


@pytest.mark.parametrize(
    "fail",
    [
        allocate_too_much,
        raise_memory_error,
        raise_cuda_out_of_memory,
        raise_mps_out_of_memory,
        raise_cublas_without_workspace,
        raise_no_room_to_map_a_file,
        raise_windows_without_a_paging_file,
    ],
)
def test_every_lack_of_memory_is_named(fail: object) -> None:
    assert callable(fail)
    with pytest.raises(failures.OutOfMemory, match="lower the resolution"), naming_out_of_memory(CPU):
        fail()


def test_meshes_are_not_extracted_on_apples_gpu() -> None:
    assert extraction_device(torch.device("mps")) == CPU
    assert extraction_device(torch.device("cuda:1")) == torch.device("cuda:1")


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(FileNotFoundError), naming_out_of_memory(CPU):
        raise FileNotFoundError(errno.ENOENT, "No such file", "model.ckpt")
    with pytest.raises(RuntimeError, match="mat1 and mat2"), naming_out_of_memory(CPU):
        torch.ones(2, 3) @ torch.ones(2, 3)
