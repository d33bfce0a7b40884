"""The words of suggested passphrases: short, common, easy to spell aloud, without accents so that every keyboard has them.

At least 350 a language: six of them and four digits are then more than 64 bits (a test counts).
"""

from __future__ import annotations

from bot.core.values import Language

_ENGLISH = """
acorn album alder amber anchor antler apple apron arch arrow aspen attic autumn badge bagel bakery balcony bamboo banjo barley
barn basil basket beach beacon beaver bench berry birch biscuit blanket blossom bluff boat bobcat bonnet border bottle boulder
branch brass bread breeze brick bridge broom brush bubble bucket buckle bugle button cabin cactus camel camera candle canoe
canvas canyon carbon cargo carpet carrot castle catalog cedar cello cereal chalk channel cherry chess chimney cider cinema
circle citrus clay cliff clock clover coast cobalt coffee collar comet compass copper coral corner cotton cougar cradle crane
crater crayon creek cricket crown crystal curtain cushion cycle daisy dancer denim desert diamond dinner dolphin domino donkey
dragon drawer drum dune eagle echo elbow ember engine falcon feather fence fern ferry fiddle field finch flame flannel fleet
flint flour flute forest fossil fountain fox frost galaxy gallery garden garlic garnet gate geyser ginger glacier glider globe
glove goose granite grape gravel guitar hammer harbor harvest hazel hearth helmet heron hickory hollow honey horizon hornet
hotel iceberg igloo indigo island ivory ivy jacket jaguar jasmine jelly jersey jigsaw jungle juniper kayak kernel kettle
kitchen kite kiwi ladder lagoon lake lantern lapel larch laurel lava lawn leaf lemon lentil lever lighter lilac linen lizard
lobster locket lumber lunar magnet mallet mango mantle maple marble market marsh meadow melon mercury mirror mitten moose
mosaic moss motor muffin museum mustard napkin nectar needle nickel noodle north nutmeg oasis oat ocean olive onion orange
orbit orchard otter owl oyster paddle palace panda paper parade parcel parrot pasture peach pearl pebble pelican pencil pepper
piano pickle pigeon pilot pine planet plaza plum pocket polar pond poplar poppy porch potato prairie prism pumpkin puzzle
quarry quartz quilt rabbit raccoon radish raft railway raisin ranch raven ribbon ridge river robin rocket rose ruby rudder
saddle saffron sailor salmon sandal sapphire satchel saucer scarf school scooter shadow shelter shore shovel silver sketch
slate sled sleeve sofa spider spinach spiral sponge spruce squash stable stadium statue stone storm stream sugar summer sunset
swallow swan table tablet tango temple tennis thimble thistle thunder ticket tiger timber toast tomato topaz torch tower
tractor trail tulip tundra tunnel turtle umbrella valley vanilla velvet village violet violin voyage waffle wagon walnut walrus
water wheat whisker willow window winter wolf wool yarn yellow zebra zipper
"""
_FRENCH = """
abeille abricot acier agenda agneau agrume aigle album algue amande ancre animal anneau antenne arbre arche ardoise argent
argile armoire atelier atlas aube automne avion avocat avoine azur bagage bague balai balcon baleine ballon bambou banane
bateau batterie berge bijou billet biscuit bison bobine bocal boisson bonnet bordure botte bouche boucle bougie boule bouquet
boussole bouteille bouton branche brebis brioche brique brise brosse brume buffet cabane cabine cactus cadeau cadran cahier
caisse calme camion campagne canal canard canot capsule carafe carnet carotte carreau carte carton cascade casque cerise cerf
chaise chalet chaleur chameau champ chanson chapeau charbon chariot chat cheval chemin chemise cigale cirque citron citrouille
clavier climat cloche clown cobalt coffre colline colombe compas concert copain corail corbeau cordage cornet coton coude
couleur couloir coupole courage courbe coussin couteau crabe craie crayon crocus cuisine cuivre cygne danse dauphin dentelle
dessin diamant dindon domino dragon drapeau dune duvet eau elfe encre enfant ennui escale espace essai estrade facteur falaise
famille farine faucon fauteuil fenouil ferme festin feuille figue filet filtre flamme flanelle fleur fleuve flocon flotte
fontaine forge fourmi foulard fraise framboise fromage fruit fusain galaxie galerie galet garage gazelle genou gilet girafe
givre glace gomme gourde goutte grange granit grappe gravier grenier grenouille grillon grotte guitare hamac hameau hangar
haricot harpe herbe hibou hiver homard horizon horloge huile iguane image iris ivoire jambon jardin jasmin jaune jonquille
joueur jour jumelle jupon jungle kayak koala lac lagune laine lait lampe lanterne lapin lavande laurier lave lecture lentille
lettre lierre lilas limonade lingot lionne livre loup lucarne lumen lune lutin machine magasin magie maison malle manche
mandarine manteau marbre marche mardi marin marmite marron marteau martre masque matin melon menthe merle mesure midi miel
miroir mitaine montagne moteur mouette moulin mousse mouton muguet mur musique myrtille navet navire neige nichoir noisette
noix nord nougat nuage oasis ocre oiseau olive ombre oncle onde orage orange orbite orchestre oreille orge orme ours outarde
ouvrage paille palais palmier panier panthere papier papillon parade parasol parfum parquet pastel patin pause pavot peluche
pendule perche perle perron persil phare photo piano pigeon pilote pinceau pinson pioche piscine pivoine placard plage
plaine planche plateau plume poire poisson poivre pomme pompier poney porche portail poterie potiron poule poupe prairie prune
puits pupitre puzzle quai quartier radeau radis raisin rameau ravin renard repas requin ressort rideau rivage riz robe rocher
romarin ronce rosier rouage ruban ruche ruisseau sable sabot safran saison salade salon sandale sapin satin saule saumon
savon sculpture seigle semelle sentier serrure silence sillon sirop sofa soie soleil sommet sonate souris source statue
store sucre tableau tablier talon tambour tango tapis tasse taureau temple tennis terrasse tige tigre timbale timbre tiroir
tison toile toit tomate torrent tortue totem toucan toupie tournesol tracteur trajet trapeze tremplin trousse truite tuile
tulipe tunnel turquoise usine vague vaisseau valise vallon vanille vapeur velours vendange verger vernis verrou veste viaduc
village violette violon virage voile voisin volcan voltige voyage wagon zinc zodiaque
"""

WORDS: dict[Language, tuple[str, ...]] = {
    Language.EN: tuple(_ENGLISH.split()),
    Language.FR: tuple(_FRENCH.split()),
}
