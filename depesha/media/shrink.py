"""Pictures made smaller. Only worker processes load this, and the library that it needs."""

import io

from PIL import Image, ImageOps

from depesha.media.rules import NotAnImage, TooManyPixels

MOST_PIXELS = 64_000_000
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
AS_IT_IS = frozenset({"PNG", "JPEG", "GIF", "WEBP"})
"""Formats that a thumbnail may have: a small picture in one of them is its own."""


def shrink(source: bytes, width: int, height: int, method: str) -> tuple[bytes, str]:
    """The smaller picture and its type, not moving; the source itself when it is not larger.

    Raises NotAnImage, TooManyPixels.
    """
    # Sizes are checked below, before anything is decoded.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(io.BytesIO(source), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise TooManyPixels
            if opened.width <= width and opened.height <= height and _is_still(opened):
                return source, Image.MIME[opened.format or ""]
            opened.draft("RGB", (2 * width, 2 * height))
            turned = ImageOps.exif_transpose(opened)
            picture = turned.convert("RGBA" if _has_alpha(turned) else "RGB")
        return _encode(_resize(picture, width, height, method))
    except TooManyPixels:
        raise
    except Exception as error:  # decoders fail in any way on what is no picture
        raise NotAnImage(str(error)) from error


def _is_still(opened: Image.Image) -> bool:
    return opened.format in AS_IT_IS and not getattr(opened, "is_animated", False)


def _resize(picture: Image.Image, width: int, height: int, method: str) -> Image.Image:
    """Never larger than it was; a cropped one keeps the aspect that was asked for."""
    if method == "crop":
        shrink = min(1.0, picture.width / width, picture.height / height)
        fitted = max(1, round(width * shrink)), max(1, round(height * shrink))
        return ImageOps.fit(picture, fitted, Image.Resampling.LANCZOS)
    picture.thumbnail((width, height), Image.Resampling.LANCZOS)
    return picture


def _encode(picture: Image.Image) -> tuple[bytes, str]:
    out = io.BytesIO()
    if picture.mode == "RGBA":
        picture.save(out, "PNG", optimize=True)
        return out.getvalue(), "image/png"
    picture.save(out, "JPEG", quality=82, progressive=True)
    return out.getvalue(), "image/jpeg"


def _has_alpha(picture: Image.Image) -> bool:
    return picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
