"""Names for people who would rather be given one: two plain words, such as "Quiet Heron"."""

from collections.abc import Callable

HOW = """
    Amber Autumn Bright Brisk Calm Cedar Clear Clever Coastal Cosy Crisp Curious Dappled Dawn Dewy Early Easy Evening
    Fair Friendly Gentle Glad Golden Green Hazel Hidden Honest Humble Island Ivory Jolly Kind Late Leafy Light Little
    Lively Maple Meadow Mellow Merry Mild Misty Modest Morning Mossy Nimble Noble Northern Patient Pebble Plain Quiet
    Rainy Ready River Rosy Rustic Sandy Serene Silver Sleepy Snowy Soft Spring Steady Still Summer Sunny Swift Tidal
    Tranquil Velvet Violet Warm Wandering Western Willow Windy Winter Woodland
""".split()

WHO = """
    Acorn Alder Apple Aspen Badger Barley Beaver Beech Birch Blackbird Bluebell Brook Bumblebee Butterfly Cherry Clover
    Cloud Cricket Curlew Daisy Deer Dolphin Dormouse Dove Dragonfly Elm Falcon Fern Finch Firefly Fox Garden Goldfinch
    Goose Grove Hare Harbour Heather Hedgehog Heron Hill Iris Jasmine Juniper Kestrel Kingfisher Lake Lantern Lark
    Lavender Lily Linden Marigold Marten Mint Moth Nuthatch Oak Orchard Osprey Otter Owl Pear Pine Plover Poppy Puffin
    Quail Rabbit Reed Robin Rowan Sage Sandpiper Seal Skylark Snowdrop Sparrow Spruce Squirrel Starling Stone Stork
    Swallow Swan Thistle Thrush Thyme Tulip Turtle Vole Walnut Warbler Wren Yarrow
""".split()


def offered(pick: Callable[[int], int]) -> str:
    """A name of two words; ``pick(n)`` gives a whole number in [0, n)."""
    return f"{HOW[pick(len(HOW))]} {WHO[pick(len(WHO))]}"
