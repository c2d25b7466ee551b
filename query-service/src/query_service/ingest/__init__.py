"""From the read topics into the read model: decode, apply in order, move the position last."""
