namespace LayerShuffle.Datasets.Shapes;

/// <summary>The ten outlines; their order is the order of the labels. Each is its own mirror image, so that flipping a picture keeps its label.</summary>
internal enum ShapeKind
{
    Circle,
    Square,
    Triangle,
    Diamond,
    Plus,
    Ring,
    Frame,
    Cross,
    Bars,
    Hourglass,
}
