# SPDX-License-Identifier: GPL-3.0-or-later
"""What a checkpoint's config.yaml says, as frozen dataclasses.

The released config names Python classes ("tsr.models..."). They are looked up in `PART_CLASSES`, never imported,
so a config file can't run code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PART_CLASSES = {
    "image_tokenizer_cls": "tsr.models.tokenizers.image.DINOSingleImageTokenizer",
    "tokenizer_cls": "tsr.models.tokenizers.triplane.Triplane1DTokenizer",
    "backbone_cls": "tsr.models.transformer.transformer_1d.Transformer1D",
    "post_processor_cls": "tsr.models.network_utils.TriplaneUpsampleNetwork",
    "decoder_cls": "tsr.models.network_utils.NeRFMLP",
    "renderer_cls": "tsr.models.nerf_renderer.TriplaneNeRFRenderer",
}
"""The one class that each part of a TripoSR config may name. Each stands for a module of this package."""

FIXED_CHOICES = {
    ("decoder", "activation"): "silu",
    ("renderer", "feature_reduction"): "concat",
    ("renderer", "density_activation"): "exp",
}
"""Options of which every released TripoSR checkpoint uses one value, the only one that the network implements."""


LARGEST = 16_384
LARGEST_OF = {
    "num_layers": 128,
    "num_hidden_layers": 128,
    "n_hidden_layers": 64,
    "n_neurons": 1024,
    "plane_size": 256,
    "cond_image_size": 4096,
    "image_size": 4096,
    "patch_size": 256,
    "num_samples_per_ray": 1_000_000,
}
"""The largest number that makes sense, by the entry's name, else LARGEST. The released model's are a tenth of them.
The mere structure of a network of a million layers would take gigabytes, and minutes."""


class ModelConfigError(ValueError):
    """The config can't describe a TripoSR network; the message names the entry."""


class UnknownPartClass(ModelConfigError):
    """The config names a class that is not in `PART_CLASSES`."""


@dataclass(frozen=True)
class ImageEncoderConfig:
    """The ViT's numbers, named as in `image_tokenizer.vit`. The defaults are DINO ViT-B/16 (LRM, section 3.1)."""

    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    intermediate_size: int = 3072
    image_size: int = 224
    patch_size: int = 16


@dataclass(frozen=True)
class TriplaneTokensConfig:
    """Learned tokens: three planes of plane_size x plane_size, num_channels each."""

    plane_size: int
    num_channels: int


@dataclass(frozen=True)
class TransformerConfig:
    """The image-to-triplane transformer (LRM, section 3.2)."""

    in_channels: int
    num_attention_heads: int
    attention_head_dim: int
    num_layers: int
    cross_attention_dim: int


@dataclass(frozen=True)
class UpsamplerConfig:
    """One transposed convolution that doubles the planes' side."""

    in_channels: int
    out_channels: int


@dataclass(frozen=True)
class DecoderConfig:
    """The MLP from triplane features to density and colour; in_channels is 3 x the planes' channels."""

    in_channels: int
    n_neurons: int
    n_hidden_layers: int


@dataclass(frozen=True)
class FieldConfig:
    """Half the box's side in field units, the bias added to raw density before exp, and samples on a ray."""

    radius: float
    density_bias: float
    num_samples_per_ray: int


@dataclass(frozen=True)
class ModelConfig:
    """A whole TripoSR network. `image_size` is the side in pixels of the framed photo."""

    image_size: int
    image_encoder: ImageEncoderConfig
    triplane_tokens: TriplaneTokensConfig
    transformer: TransformerConfig
    upsampler: UpsamplerConfig
    decoder: DecoderConfig
    field: FieldConfig


def model_config_from_mapping(mapping: Mapping[str, Any]) -> ModelConfig:
    """Read a parsed config.yaml of the released form.

    Raises:
        UnknownPartClass: a `*_cls` entry names another class than TripoSR's.
        ModelConfigError: an entry is missing, of the wrong type, out of range, or contradicts another.
    """
    _check_part_classes(mapping)
    _check_fixed_choices(mapping)
    config = ModelConfig(
        image_size=_whole(mapping, "cond_image_size"),
        image_encoder=_image_encoder(mapping),
        triplane_tokens=TriplaneTokensConfig(**_wholes(mapping, "tokenizer", "plane_size", "num_channels")),
        transformer=TransformerConfig(**_wholes(mapping, "backbone", *TransformerConfig.__dataclass_fields__)),
        upsampler=UpsamplerConfig(**_wholes(mapping, "post_processor", "in_channels", "out_channels")),
        decoder=DecoderConfig(**_wholes(mapping, "decoder", "in_channels", "n_neurons", "n_hidden_layers")),
        field=_field(mapping),
    )
    _check_parts_fit(config)
    return config


def _check_part_classes(mapping: Mapping[str, Any]) -> None:
    for key, known in PART_CLASSES.items():
        if _entry(mapping, key) != known:
            raise UnknownPartClass(f"{key}: unknown class {_told(mapping[key])}; only {known!r} is known")


def _check_fixed_choices(mapping: Mapping[str, Any]) -> None:
    for (section, key), known in FIXED_CHOICES.items():
        value = _entry(_section(mapping, section), key, section)
        if value != known:
            raise ModelConfigError(f"{section}.{key}: {_told(value)} is not supported; only {known!r} is")


def _check_parts_fit(config: ModelConfig) -> None:
    encoder, tokens, transformer = config.image_encoder, config.triplane_tokens, config.transformer
    pairs = [
        ("backbone.in_channels", transformer.in_channels, "tokenizer.num_channels", tokens.num_channels),
        ("post_processor.in_channels", config.upsampler.in_channels, "tokenizer.num_channels", tokens.num_channels),
        ("backbone.cross_attention_dim", transformer.cross_attention_dim, "hidden_size", encoder.hidden_size),
        ("decoder.in_channels", config.decoder.in_channels, "3 x out_channels", 3 * config.upsampler.out_channels),
    ]
    for name, value, other_name, other in pairs:
        if value != other:
            raise ModelConfigError(f"{name} is {value}, but {other_name} is {other}: they must be equal")
    if config.image_size % encoder.patch_size or encoder.image_size % encoder.patch_size:
        raise ModelConfigError(f"image sizes must be multiples of the patch size {encoder.patch_size}")
    if encoder.hidden_size % encoder.num_attention_heads:
        raise ModelConfigError("image_tokenizer.vit: hidden_size must be a multiple of num_attention_heads")


def _image_encoder(mapping: Mapping[str, Any]) -> ImageEncoderConfig:
    section = _section(mapping, "image_tokenizer")
    if "vit" not in section:
        return ImageEncoderConfig()
    return ImageEncoderConfig(**_wholes(section, "vit", *ImageEncoderConfig.__dataclass_fields__))


def _field(mapping: Mapping[str, Any]) -> FieldConfig:
    section = _section(mapping, "renderer")
    radius, bias = _number(section, "radius"), _number(section, "density_bias")
    if not 0.0 < radius < 1e3:
        raise ModelConfigError(f"renderer.radius: {radius} is not a positive length")
    return FieldConfig(radius=radius, density_bias=bias, num_samples_per_ray=_whole(section, "num_samples_per_ray"))


def _entry(mapping: Mapping[str, Any], key: str, section: str = "") -> Any:
    if key not in mapping:
        raise ModelConfigError(f"entry {section + '.' if section else ''}{key} is missing")
    return mapping[key]


def _section(mapping: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    section = _entry(mapping, key)
    if not isinstance(section, Mapping):
        raise ModelConfigError(f"{key} must be a mapping")
    return section


def _wholes(mapping: Mapping[str, Any], section: str, *keys: str) -> dict[str, int]:
    return {key: _whole(_section(mapping, section), key) for key in keys}


def _whole(mapping: Mapping[str, Any], key: str) -> int:
    value = _entry(mapping, key)
    largest = LARGEST_OF.get(key, LARGEST)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= largest:
        raise ModelConfigError(f"{key}: {_told(value)} is not a whole number between 1 and {largest:,}")
    return value


def _number(mapping: Mapping[str, Any], key: str) -> float:
    value = _entry(mapping, key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LARGEST:
        raise ModelConfigError(f"{key}: {_told(value)} is not a number that makes sense")
    return float(value)


def _told(value: Any) -> str:
    """A value for a sentence: what may be endless by its kind alone."""
    if isinstance(value, str):
        return f"{value[:80]!r}"
    if isinstance(value, float | bool) or value is None or (isinstance(value, int) and value.bit_length() <= 64):
        return repr(value)
    return f"a {type(value).__name__}"
