namespace LayerShuffle.Datasets.Images;

/// <summary>A decoded image: planar RGB bytes [3, height, width].</summary>
/// <param name="Pixels">The bytes.</param>
/// <param name="Height">The height in pixels.</param>
/// <param name="Width">The width in pixels.</param>
public sealed record PlanarImage(byte[] Pixels, int Height, int Width);
