namespace LayerShuffle.Datasets.Shapes;

/// <summary>A colour in units of pixel values, 0 … 255.</summary>
internal readonly record struct Color(float Red, float Green, float Blue);
