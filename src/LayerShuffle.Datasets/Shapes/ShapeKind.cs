namespace LayerShuffle.Datasets.Shapes;

/// <summary>The ten outlines; their order is the order of the labels. Each is its own mirror image, so that flipping a picture keeps its label.</summary>
internal enum ShapeKind
{
    Circle,
    Square,
    Triangle,
    Bar,
    Plus,
    Ring,
    Columns,
    Cross,
    Rows,
    Hourglass,
}
